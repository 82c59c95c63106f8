"""What the engine and the tasks ask of a model, in plain values; no torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TokenSequence:
    """One input as the model reads it, special tokens included."""

    ids: tuple[int, ...]
    type_ids: tuple[int, ...]
    is_truncated: bool

    def __len__(self) -> int:
        """Return the length in tokens."""
        return len(self.ids)


@dataclass(frozen=True, slots=True, eq=False)
class DenseVector:
    """A vector of shape [dimensions]."""

    values: Floats


@dataclass(frozen=True, slots=True)
class SparseVector:
    """Weights above zero by token, heaviest first."""

    weights: dict[str, np.float32]


@dataclass(frozen=True, slots=True)
class Score:
    """How well a document answers a query; unbounded, only its order has meaning."""

    value: np.float32


Output = DenseVector | SparseVector | Score


class Model(Protocol):
    """Text to token sequences, and token sequences to outputs."""

    @property
    def dimensions(self) -> int | None:
        """The length of dense vectors; None for a model that makes none."""
        ...

    def tokenize(self, text: str, pair: str | None = None) -> TokenSequence:
        """Return one input, or a pair of inputs, as tokens; safe from any thread."""
        ...

    def compute(self, batch: Sequence[TokenSequence]) -> list[Output]:
        """Return one output for each sequence, in their order, by one forward pass.

        Called on the compute thread alone. An output does not depend on its batch.
        """
        ...
