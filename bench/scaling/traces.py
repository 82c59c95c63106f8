"""The made loads: each a rate over time and a sort of input, drawn anew for each seed.

Rates are in inputs a second. One allocation of the default service computes some 38 passages,
480 queries, or 9 long inputs a second.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from bench.scaling.lengths import Lengths, draw_lengths, mean_length
from bench.scaling.load import Load, Numbers

MINUTE, HOUR = 60, 3600


@dataclass(frozen=True, slots=True)
class Shape:
    """A trace before it is drawn: for each second, how many inputs come, and of which sort.

    `bulk` is the mean number of inputs that come in one request; beyond 1 they are
    Pareto-distributed, with a tail that has no variance but for its bound.
    """

    name: str
    rates: Numbers
    lengths: tuple[tuple[int, Lengths], ...]
    bulk: float = 1.0
    changed_at: float | None = None
    minimum: int = 1
    initial: int | None = None


def hold(*parts: tuple[float, float]) -> Numbers:
    """Return rates that stay: pairs of minutes and inputs a second."""
    return np.concatenate([np.full(round(minutes * MINUTE), rate) for minutes, rate in parts])


def climb(minutes: float, first: float, last: float) -> Numbers:
    """Return rates that go evenly from one to another."""
    return np.linspace(first, last, round(minutes * MINUTE))


def build_step() -> Shape:
    """Return five times the load for 20 minutes."""
    rates = hold((10, 20), (20, 100), (10, 20))
    return Shape("step", rates, ((0, Lengths.PASSAGES),), changed_at=10 * MINUTE)


def build_ramp() -> Shape:
    """Return a load that grows tenfold in 20 minutes, and falls faster."""
    rates = np.concatenate([climb(20, 15, 150), hold((3, 150)), climb(10, 150, 15), hold((7, 15))])
    return Shape("ramp", rates, ((0, Lengths.PASSAGES),))


def build_doubling() -> Shape:
    """Return 10, then 20 long inputs a second."""
    rates = hold((15, 10), (25, 20))
    return Shape("doubling", rates, ((0, Lengths.LONG),), changed_at=15 * MINUTE)


def build_diurnal() -> Shape:
    """Return a day's shape in two hours."""
    phase = np.linspace(0, 2 * np.pi, 2 * HOUR, endpoint=False)
    return Shape("diurnal", 18.0 - 15.0 * np.cos(phase), ((0, Lengths.LONG),))


def build_spike() -> Shape:
    """Return nothing, a burst of three allocations' load out of nothing, nothing."""
    rates = hold((5, 0), (5, 110), (20, 0))
    return Shape("spike-from-zero", rates, ((0, Lengths.PASSAGES),), minimum=0)


def build_on_off() -> Shape:
    """Return pauses that are a little longer than policies hold what they have."""
    rates = hold(*[(4, 80), (6, 1)] * 4)
    return Shape("on-off", rates, ((0, Lengths.PASSAGES),))


def build_heavy_tails() -> Shape:
    """Return requests of very different size, of inputs of very different length."""
    rates = hold((40, 60))
    return Shape("heavy-tails", rates, ((0, Lengths.HEAVY),), bulk=8.0)


def build_ingest() -> Shape:
    """Return a bulk ingest of passages, then a trickle of queries."""
    rates = hold((2, 5), (10, 190), (28, 5))
    lengths = ((0, Lengths.QUERIES), (2 * MINUTE, Lengths.PASSAGES), (12 * MINUTE, Lengths.QUERIES))
    return Shape("ingest-then-queries", rates, lengths)


def build_service_doubles() -> Shape:
    """Return as many inputs as before, each twice as long."""
    lengths = ((0, Lengths.PASSAGES), (15 * MINUTE, Lengths.TWICE))
    return Shape("service-doubles", hold((40, 60)), lengths, changed_at=15 * MINUTE)


def build_constant() -> Shape:
    """Return the same mix of queries and passages all the time."""
    return Shape("constant", hold((15, 200)), ((0, Lengths.MIX),))


SHAPES: Mapping[str, Callable[[], Shape]] = {
    "step": build_step,
    "ramp": build_ramp,
    "doubling": build_doubling,
    "diurnal": build_diurnal,
    "spike-from-zero": build_spike,
    "on-off": build_on_off,
    "heavy-tails": build_heavy_tails,
    "ingest-then-queries": build_ingest,
    "service-doubles": build_service_doubles,
    "constant": build_constant,
}


def build_day(rate: float) -> Callable[[], Shape]:
    """Return a day of passages at one rate, met by one allocation."""

    def build() -> Shape:
        rates = hold((24 * MINUTE, rate))
        return Shape(f"day-{rate:g}", rates, ((0, Lengths.PASSAGES),), initial=1)

    return build


def build_queries() -> Shape:
    """Return 300 queries a second, which one allocation does."""
    return Shape("queries-300", hold((60, 300)), ((0, Lengths.QUERIES),), initial=1)


# Long ones, each for a bar of its own; at 61.4 passages a second, two allocations of the default
# service are just as busy as is planned for.
LONG_SHAPES: Mapping[str, Callable[[], Shape]] = {
    **{f"day-{rate:g}": build_day(rate) for rate in (20, 50, 61.4, 75)},
    "queries-300": build_queries,
}


def draw(shape: Shape, seed: int) -> Load:
    """Return a load of this shape: Poisson, with the seed's arrivals and lengths."""
    generator = np.random.default_rng([seed, *shape.name.encode()])
    times = draw_times(shape, generator)
    tokens = np.zeros(len(times), dtype=np.int64)
    intensity = shape.rates.astype(float).copy()
    ends = [*(start for start, _ in shape.lengths[1:]), len(shape.rates)]
    for (start, lengths), end in zip(shape.lengths, ends, strict=True):
        first, last = np.searchsorted(times, [start, end])
        tokens[first:last] = draw_lengths(lengths, last - first, generator)
        intensity[start:end] *= mean_length(lengths)
    return Load(
        name=shape.name,
        seconds=float(len(shape.rates)),
        times=times,
        tokens=tokens,
        intensity=intensity,
        changed_at=shape.changed_at,
        minimum=shape.minimum,
        initial=shape.initial,
    )


# The most inputs of one request, and how fast larger requests become rarer.
LARGEST_BULK, BULK_TAIL = 500, 1.5


def draw_times(shape: Shape, generator: np.random.Generator) -> Numbers:
    """Return the arrivals' seconds, in order."""
    if shape.bulk <= 1:
        return _draw_poisson(shape.rates, generator)
    requests = _draw_poisson(shape.rates / shape.bulk, generator)
    sizes = np.minimum(1 + generator.pareto(BULK_TAIL, len(requests)), LARGEST_BULK)
    # The mean of what the bound leaves of the tail is not the tail's: scale to the mean asked for.
    counts = generator.poisson(np.maximum(sizes / mean_bulk() * shape.bulk - 1, 0)) + 1
    return np.repeat(requests, counts)


def mean_bulk() -> float:
    """Return the mean size of a bulk: a Pareto tail from 1, cut at its bound."""
    tail = BULK_TAIL
    return float((tail - LARGEST_BULK ** (1 - tail)) / (tail - 1))


def _draw_poisson(rates: Numbers, generator: np.random.Generator) -> Numbers:
    counts = generator.poisson(rates)
    seconds = np.repeat(np.arange(len(rates), dtype=float), counts)
    times = seconds + generator.random(len(seconds))
    times.sort()
    return times
