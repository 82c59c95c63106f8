"""How large a request may be, so that no client can take a pod's memory or its only thread."""

from __future__ import annotations

from dataclasses import dataclass

# Elasticsearch lets 100 MB in, into a heap of gigabytes. A body costs its size several times
# while it is read, and a model pod has a few hundred megabytes to spare.
BODY_BYTES = 16 * 2**20
# The most that Elasticsearch itself sends at once: a rerank retriever's largest window
# (index.max_result_window).
INPUTS = 10_000
# A model reads a few thousand characters; a tokenizer reads them all before it cuts.
INPUT_CHARACTERS = 1_000_000
# How long a pod keeps a connection that is idle. Whoever keeps one to it closes it earlier: what is
# sent while the pod closes is lost.
KEEP_ALIVE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one request; characters are Unicode code points."""

    body_bytes: int = BODY_BYTES
    inputs: int = INPUTS
    input_characters: int = INPUT_CHARACTERS
