"""Whose turn it is, and what the rounds say together. Pure.

A machine drifts by tens of percent within minutes, so figures of different minutes are not
comparable: only quotients of one round are, and the verdict is their median.
"""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

# Figures of which less is better end in one of these.
COSTS = ("_latency", "_time", "_memory")

T = TypeVar("T")
Figures = Mapping[str, float]
Round = Mapping[str, Figures]


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over all rounds."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times better ours was than another engine, in the median round."""

    against: str
    metric: str
    median: float
    low: float
    high: float


def plan_turns(names: Sequence[T], rounds: int, seed: int) -> list[list[T]]:
    """Return each round's order: every name once, so that none always follows the same other."""
    generator = random.Random(seed)
    return [generator.sample(list(names), len(names)) for _ in range(rounds)]


def is_cost(metric: str) -> bool:
    """Whether less of it is better."""
    return metric.endswith(COSTS)


def divide(metric: str, ours: float, theirs: float) -> float | None:
    """Return how many times better ours is; None where a figure is zero or no number."""
    above, below = (theirs, ours) if is_cost(metric) else (ours, theirs)
    if not (math.isfinite(above) and math.isfinite(below)) or above <= 0 or below <= 0:
        return None
    return above / below


def compare(ours: str, rounds: Sequence[Round]) -> list[Ratio]:
    """Return ours against every other engine, by every figure that both have in a round."""
    others = list(dict.fromkeys(name for one in rounds for name in one if name != ours))
    ratios = []
    for other in others:
        for metric in list_metrics(rounds):
            quotients = _divide_rounds(rounds, ours, other, metric)
            if quotients:
                spread = spread_of(quotients)
                ratios.append(Ratio(other, metric, spread.median, spread.low, spread.high))
    return ratios


def _divide_rounds(rounds: Sequence[Round], ours: str, other: str, metric: str) -> list[float]:
    quotients = (
        divide(metric, one[ours][metric], one[other][metric])
        for one in rounds
        if metric in one.get(ours, {}) and metric in one.get(other, {})
    )
    return [quotient for quotient in quotients if quotient is not None]


def list_metrics(rounds: Sequence[Round]) -> list[str]:
    """Return the names of all figures, in the order in which they first appear."""
    return list(
        dict.fromkeys(name for one in rounds for figures in one.values() for name in figures)
    )


def summarize(rounds: Sequence[Round]) -> dict[str, dict[str, Spread]]:
    """Return each engine's figures over all rounds."""
    engines = list(dict.fromkeys(name for one in rounds for name in one))
    return {engine: _summarize_engine(rounds, engine) for engine in engines}


def _summarize_engine(rounds: Sequence[Round], engine: str) -> dict[str, Spread]:
    measured = [one[engine] for one in rounds if engine in one]
    return {
        metric: spread_of([figures[metric] for figures in measured if metric in figures])
        for metric in list_metrics(rounds)
        if any(metric in figures for figures in measured)
    }


def spread_of(values: Sequence[float]) -> Spread:
    """Return the median, the smallest and the largest of at least one value."""
    return Spread(statistics.median(values), min(values), max(values))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that `share` of all values do not exceed (nearest rank)."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
