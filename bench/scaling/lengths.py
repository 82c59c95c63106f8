"""How long inputs are, in tokens: the same sorts as bench.workloads sends, drawn in bulk."""

from __future__ import annotations

from enum import StrEnum
from functools import cache

import numpy as np

from bench.scaling.load import Counts, Numbers
from bench.scaling.service import LONGEST_INPUT
from bench.workloads import (
    LONGEST_PASSAGE,
    PASSAGE_DEVIATION,
    PASSAGE_LOGARITHM,
    QUERIES_IN_MIX,
    QUERY_LENGTHS,
    SHORTEST_PASSAGE,
)

# Two thirds as long as a model reads in the median, so that many are cut: as documents are.
LONG_LOGARITHM, LONG_DEVIATION, SHORTEST_LONG = 6.2, 0.8, 64
HEAVY_LOGARITHM, HEAVY_DEVIATION, SHORTEST_HEAVY = 3.9, 1.3, 6
SAMPLE, SAMPLE_SEED = 200_000, 1


class Lengths(StrEnum):
    """A sort of input. TWICE are passages of twice the length."""

    QUERIES = "queries"
    PASSAGES = "passages"
    MIX = "mix"
    TWICE = "twice"
    LONG = "long"
    HEAVY = "heavy"


def draw_lengths(lengths: Lengths, count: int, generator: np.random.Generator) -> Counts:
    """Return so many lengths."""
    match lengths:
        case Lengths.QUERIES:
            weights = np.array(list(QUERY_LENGTHS.values()), dtype=float)
            return generator.choice(list(QUERY_LENGTHS), size=count, p=weights / weights.sum())
        case Lengths.PASSAGES:
            drawn = generator.lognormal(PASSAGE_LOGARITHM, PASSAGE_DEVIATION, count)
            return _bound(drawn, SHORTEST_PASSAGE, LONGEST_PASSAGE)
        case Lengths.TWICE:
            return 2 * draw_lengths(Lengths.PASSAGES, count, generator)
        case Lengths.MIX:
            queries = draw_lengths(Lengths.QUERIES, count, generator)
            passages = draw_lengths(Lengths.PASSAGES, count, generator)
            return np.where(generator.random(count) < QUERIES_IN_MIX, queries, passages)
        case Lengths.LONG:
            drawn = generator.lognormal(LONG_LOGARITHM, LONG_DEVIATION, count)
            return _bound(drawn, SHORTEST_LONG, LONGEST_INPUT)
        case Lengths.HEAVY:
            drawn = generator.lognormal(HEAVY_LOGARITHM, HEAVY_DEVIATION, count)
            return _bound(drawn, SHORTEST_HEAVY, LONGEST_INPUT)


@cache
def mean_length(lengths: Lengths) -> float:
    """Return the mean length, from a large sample."""
    generator = np.random.default_rng(SAMPLE_SEED)
    return float(draw_lengths(lengths, SAMPLE, generator).mean())


def _bound(drawn: Numbers, shortest: int, longest: int) -> Counts:
    return np.clip(np.rint(drawn), shortest, longest).astype(np.int64)
