"""Inference of each task by the official Python client, on endpoints that are there.

python tasks.py URL EMBEDS SPARSE RANKS
"""

import sys

from elasticsearch import ApiError, Elasticsearch

TEXTS = ["I lost my password", "the weather in Lisbon"]
url, embeds, sparse, ranks = sys.argv[1:]
client = Elasticsearch(url, request_timeout=60)

answer = client.inference.text_embedding(inference_id=embeds, input=TEXTS)
print("text_embedding", *(len(one["embedding"]) for one in answer["text_embedding"]))

answer = client.inference.sparse_embedding(inference_id=sparse, input=TEXTS)
found = [one["embedding"] for one in answer["sparse_embedding"]]
print("sparse_embedding", "password" in found[0], "password" in found[1])

answer = client.inference.rerank(
    inference_id=ranks, query="a forgotten password", input=list(reversed(TEXTS))
)
print("rerank", *(one["index"] for one in answer["rerank"]))

try:
    client.inference.inference(inference_id="nobody", input="a")
except ApiError as error:
    print("refused", error.status_code, error.error)
