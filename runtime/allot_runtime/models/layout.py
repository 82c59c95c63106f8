"""Which rows of a batch without padding belong to which sequence. Pure.

The sequences lie one after another, the shortest first, so that those of one length make a
rectangle of their own:

    lengths 3, 2, 3   order 1, 0, 2   rows 11 000 222   runs (0, 1 x 2), (2, 2 x 3)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True, slots=True)
class Run:
    """`count` sequences of `length` tokens each, from row `start` on."""

    start: int
    count: int
    length: int

    @property
    def stop(self) -> int:
        """Return the row after the last."""
        return self.start + self.count * self.length


@dataclass(frozen=True, slots=True)
class Layout:
    """`order` holds the caller's index of each sequence, in the order of their rows."""

    order: tuple[int, ...]
    runs: tuple[Run, ...]

    @property
    def tokens(self) -> int:
        """Return the number of rows that hold a token."""
        return self.runs[-1].stop if self.runs else 0

    def starts(self) -> Iterator[int]:
        """Yield the first row of each sequence."""
        for run in self.runs:
            yield from range(run.start, run.stop, run.length)

    def lengths(self) -> Iterator[int]:
        """Yield the length of each sequence, in the order of their rows."""
        for run in self.runs:
            yield from (run.length for _ in range(run.count))


def plan_layout(lengths: Sequence[int]) -> Layout:
    """Return where sequences of these lengths lie; those of one length keep their order."""
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    runs: list[Run] = []
    start = 0
    for length, group in groupby(order, key=lengths.__getitem__):
        run = Run(start, sum(1 for _ in group), length)
        runs.append(run)
        start = run.stop
    return Layout(tuple(order), tuple(runs))


@dataclass(frozen=True, slots=True)
class Window:
    """Neighbouring sequences that are attended to in one product, from row `start` on."""

    start: int
    lengths: tuple[int, ...]

    @property
    def rows(self) -> int:
        """Return the number of rows."""
        return sum(self.lengths)


def plan_windows(layout: Layout, limit: int) -> tuple[Window, ...]:
    """Return windows of at most `limit` rows that hold all sequences, each wholly.

    A longer sequence has a window of its own. Short ones share one, since a product for each of
    32 queries takes longer to call than to compute.
    """
    windows: list[Window] = []
    start = 0
    inside: list[int] = []
    for length in layout.lengths():
        if inside and sum(inside) + length > limit:
            windows.append(Window(start, tuple(inside)))
            start, inside = start + sum(inside), []
        inside.append(length)
    if inside:
        windows.append(Window(start, tuple(inside)))
    return tuple(windows)
