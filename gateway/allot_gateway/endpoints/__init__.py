"""Inference endpoints over REST: Elasticsearch's bodies in and out, InferenceEndpoints behind."""
