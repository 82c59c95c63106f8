"""Adaptive allocations as they really are: a local cluster, real pods, real requests."""
