"""The ids that Elasticsearch knows without being told, and what it knows about them.

Allot serves them by TrainedModels like any other; but some settings are bounded by them.
"""

from __future__ import annotations

from collections.abc import Iterable

ELSER_MODEL = ".elser_model_2"
RERANK_MODEL = ".rerank-v1"
ELSER_MODELS = (ELSER_MODEL, ".elser_model_2_linux-x86_64")
BUILT_IN_MODELS = (
    *ELSER_MODELS,
    ".multilingual-e5-small",
    ".multilingual-e5-small_linux-x86_64",
    RERANK_MODEL,
)

# What ELSER reads of one input is about as long.
ELSER_MAX_CHUNK_WORDS = 300


def is_elser(identifiers: Iterable[str]) -> bool:
    """Return whether a model that answers to these ids is ELSER."""
    return any(identifier in ELSER_MODELS for identifier in identifiers)


def is_built_in(identifiers: Iterable[str]) -> bool:
    """Return whether a model that answers to these ids is one that Elasticsearch brings."""
    return any(identifier in BUILT_IN_MODELS for identifier in identifiers)
