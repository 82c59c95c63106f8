"""The ids of Elasticsearch's three preconfigured endpoints, which no client can create."""

RESERVED_IDS = frozenset(
    {
        ".elser-2-elasticsearch",
        ".multilingual-e5-small-elasticsearch",
        ".rerank-v1-elasticsearch",
    }
)
