"""Hugging Face's own client, before an endpoint that looks like text-embeddings-inference.

python tei_client.py URL EMBEDS
"""

import sys

from huggingface_hub import InferenceClient

url, embeds = sys.argv[1:]
client = InferenceClient(base_url=f"{url}/tei/{embeds}")
print("tei", *client.feature_extraction("I lost my password").shape)
