"""The gateway: Elasticsearch's REST calls in, answers of model pods out."""
