"""Allot's runtime measured turn by turn with its peers: docs/benchmarks.md says how to read it."""
