"""The gateway: Elasticsearch's REST calls in front of the model pods."""
