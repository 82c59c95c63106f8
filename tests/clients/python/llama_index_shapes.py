"""LlamaIndex' embeddings, before a server like TEI and before one like OpenAI's.

python llama_index_shapes.py URL EMBEDS
"""

import sys

from llama_index.embeddings.openai_like import OpenAILikeEmbedding
from llama_index.embeddings.text_embeddings_inference import TextEmbeddingsInference

TEXTS = ["I lost my password", "the weather in Lisbon"]
url, embeds = sys.argv[1:]

for name, embedding in {
    "tei": TextEmbeddingsInference(model_name=embeds, base_url=f"{url}/tei/{embeds}"),
    "openai": OpenAILikeEmbedding(model_name=embeds, api_base=f"{url}/v1", api_key="of nobody"),
}.items():
    texts = embedding.get_text_embedding_batch(TEXTS)
    query = embedding.get_query_embedding("a forgotten password")
    print(name, *(len(one) for one in [*texts, query]))
