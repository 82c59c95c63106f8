"""A model without weights: a token is a word's length, a vector is two sums."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from allot_runtime.models.interface import DenseVector, Output, TokenSequence

POISON = "poison"


@dataclass(slots=True)
class EchoModel:
    """Deterministic; fails on POISON; sets `entered` and waits for `gate` before every pass."""

    gate: threading.Event = field(default_factory=threading.Event)
    entered: threading.Event = field(default_factory=threading.Event)
    batches: list[list[tuple[int, ...]]] = field(default_factory=list)
    dimensions: int | None = 2

    def tokenize(self, text: str, pair: str | None = None) -> TokenSequence:
        words = f"{text} {pair or ''}".split()
        ids = tuple(-1 if word == POISON else len(word) for word in words)
        return TokenSequence(ids, (0,) * len(ids), is_truncated=False)

    def compute(self, batch: Sequence[TokenSequence]) -> list[Output]:
        self.entered.set()
        assert self.gate.wait(10)
        self.batches.append([sequence.ids for sequence in batch])
        if any(-1 in sequence.ids for sequence in batch):
            raise ArithmeticError("a poisoned input")
        return [DenseVector(np.array([len(one), sum(one.ids)], dtype=np.float32)) for one in batch]


def an_open_model() -> EchoModel:
    """Return a model that never waits."""
    model = EchoModel()
    model.gate.set()
    return model
