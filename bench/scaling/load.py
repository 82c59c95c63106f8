"""Arrivals: when each input comes and how many tokens it has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.float64]
Counts: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Load:
    """Inputs in the order of their arrival, over `seconds`.

    `times` are seconds from the start, `tokens` go with them. `intensity` is the rate of tokens
    that was drawn from, a value for each second. `changed_at` is when a lasting change came, where
    the trace has one. `minimum` is of allocations; `initial` serve at the start, None for as many
    as the first second needs.
    """

    name: str
    seconds: float
    times: Numbers
    tokens: Counts
    intensity: Numbers
    changed_at: float | None = None
    minimum: int = 1
    initial: int | None = None

    @property
    def mean_tokens(self) -> float:
        """Return the mean length of an input."""
        return float(self.tokens.mean()) if len(self.tokens) else 0.0

    def peak_between(self, first: float, last: float) -> float:
        """Return the most tokens a second that come between two moments; none after the end."""
        return float(self.intensity[int(first) : int(last) + 1].max(initial=0.0))


def cut(load: Load, longest: int) -> Load:
    """Return the load with inputs cut at so many tokens, as models do."""
    return replace(
        load,
        tokens=np.minimum(load.tokens, longest),
    )


def split(load: Load, longest: int) -> Load:
    """Return the load with longer inputs as several chunks that arrive together."""
    chunks = np.maximum(1, -(-load.tokens // longest))
    owner = np.repeat(np.arange(len(load.tokens)), chunks)
    first = np.repeat(np.cumsum(chunks) - chunks, chunks)
    is_last = np.arange(len(owner)) - first == chunks[owner] - 1
    rest = load.tokens[owner] - (chunks[owner] - 1) * longest
    tokens = np.where(is_last, rest, longest)
    return replace(load, times=load.times[owner], tokens=tokens)
