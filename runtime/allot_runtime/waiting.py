"""The bounded line of inputs: full is full, searches first, first in first out. Pure.

Elasticsearch's queue has the same two classes (PriorityProcessWorkerExecutorService).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from allot_runtime.batching import Batch, Budget

T = TypeVar("T")


class Priority(StrEnum):
    """A search has someone waiting; an ingest has a bulk that waits anyway."""

    SEARCH = "search"
    INGEST = "ingest"


@dataclass(frozen=True, slots=True)
class Place(Generic[T]):
    """An input in the line: who it is for, and its length in tokens."""

    item: T
    tokens: int


class WaitingLine(Generic[T]):
    """Inputs that wait for a forward pass. Not thread-safe: the engine holds its lock.

    Inputs whose clients left are dropped when their turn comes, or when room is short.
    """

    def __init__(self, capacity: int, is_wanted: Callable[[T], bool]) -> None:
        self._capacity = capacity
        self._is_wanted = is_wanted
        self._lines: dict[Priority, deque[Place[T]]] = {
            priority: deque() for priority in (Priority.SEARCH, Priority.INGEST)
        }
        self.tokens = 0

    def __len__(self) -> int:
        """Return how many inputs wait."""
        return sum(len(line) for line in self._lines.values())

    def admit(self, places: Sequence[Place[T]], priority: Priority) -> bool:
        """Put a request's inputs at the end of their line, all of them or none."""
        if len(self) + len(places) > self._capacity:
            self._drop_unwanted()
        if len(self) + len(places) > self._capacity:
            return False
        self._lines[priority].extend(places)
        self.tokens += sum(place.tokens for place in places)
        return True

    def take(self, budget: Budget) -> list[T]:
        """Remove and return the next batch; empty when nobody waits any more."""
        batch = Batch(budget)
        taken: list[T] = []
        for line in self._lines.values():
            while line:
                place = line[0]
                if self._is_wanted(place.item):
                    if not batch.has_room(place.tokens):
                        return taken
                    batch = batch.add(place.tokens)
                    taken.append(place.item)
                self.tokens -= line.popleft().tokens
        return taken

    def _drop_unwanted(self) -> None:
        for priority, line in self._lines.items():
            kept = deque(place for place in line if self._is_wanted(place.item))
            self.tokens -= sum(place.tokens for place in line) - sum(p.tokens for p in kept)
            self._lines[priority] = kept
