"""Elasticsearch's HTTP, as the gateway and the model pods both speak it, and the way to pods."""
