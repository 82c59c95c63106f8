"""Cohere's own client, both of its versions, with an endpoint's id as the model.

python cohere_shapes.py URL RANKS
"""

import sys

import cohere

DOCUMENTS = ["the weather in Lisbon", "how to reset a password"]
url, ranks = sys.argv[1:]

for kind in (cohere.Client, cohere.ClientV2):
    client = kind(base_url=url, api_key="of nobody")
    ranked = client.rerank(model=ranks, query="I lost my password", documents=DOCUMENTS)
    inside = all(0 <= one.relevance_score <= 1 for one in ranked.results)
    print(ranked.meta.api_version.version, *(one.index for one in ranked.results), inside)
try:
    client.rerank(model="nobody", query="a", documents=["b"])
except cohere.NotFoundError as error:
    print("refused", error.status_code)
