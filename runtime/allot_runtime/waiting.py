"""The bounded line of inputs: full is full, searches first, nobody waits for ever. Pure.

Elasticsearch's queue has the same two classes (PriorityProcessWorkerExecutorService), and takes
all searches before any ingest. Here one pass in `INGEST_SHARE` goes to ingest if it waits, so
that a stream of searches slows an ingest down and never stops it.

Within a class, a short input need not wait as long as a long one: its wait counts more. Inputs of
like size keep their order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from allot_protocol.priority import INGEST_SHARE, LONG_PATIENCE, SHORT_TOKENS, Priority
from allot_runtime.batching import Batch, Budget

T = TypeVar("T")


class Order(StrEnum):
    """Whose turn comes first within a class."""

    BY_SIZE = "by_size"
    BY_ARRIVAL = "by_arrival"


# What a long input's wait is divided by.
PATIENCE = {Order.BY_SIZE: LONG_PATIENCE, Order.BY_ARRIVAL: 1.0}


@dataclass(frozen=True, slots=True)
class Place(Generic[T]):
    """An input in the line: who it is for, and its length in tokens."""

    item: T
    tokens: int


@dataclass(slots=True)
class _Lane(Generic[T]):
    """Inputs of one class and of like size, first in, first out, each with its arrival."""

    patience: float
    waiting: deque[tuple[float, Place[T]]] = field(default_factory=deque)

    def impatience(self, now: float) -> float:
        """Return what the wait of the first counts for."""
        return (now - self.waiting[0][0]) / self.patience


@dataclass(frozen=True, slots=True)
class _Lanes(Generic[T]):
    """One class: its short inputs and its long ones."""

    short: _Lane[T]
    long: _Lane[T]

    def find(self, tokens: int) -> _Lane[T]:
        """Return the lane of inputs of this size."""
        return self.short if tokens <= SHORT_TOKENS else self.long

    def occupied(self) -> list[_Lane[T]]:
        """Return the lanes in which somebody waits."""
        return [lane for lane in (self.short, self.long) if lane.waiting]

    def most_impatient(self, now: float) -> _Lane[T] | None:
        """Return the lane whose turn it is; None where nobody waits."""
        return max(self.occupied(), key=lambda lane: lane.impatience(now), default=None)


class WaitingLine(Generic[T]):
    """Inputs that wait for a forward pass. Not thread-safe: the engine holds its lock.

    Inputs whose clients left are dropped when their turn comes, or when room is short. Times
    are monotonic and in seconds.
    """

    def __init__(
        self, capacity: int, is_wanted: Callable[[T], bool], order: Order = Order.BY_SIZE
    ) -> None:
        self._capacity = capacity
        self._is_wanted = is_wanted
        self._lanes: dict[Priority, _Lanes[T]] = {
            priority: _Lanes(_Lane(1.0), _Lane(PATIENCE[order])) for priority in Priority
        }
        self._count = 0
        self._searches_in_a_row = 0
        self.tokens = 0

    def __len__(self) -> int:
        """Return how many inputs wait."""
        return self._count

    def admit(self, places: Sequence[Place[T]], priority: Priority, now: float) -> bool:
        """Put a request's inputs into the line, all of them or none."""
        if self._count + len(places) > self._capacity:
            self._drop_unwanted()
        if self._count + len(places) > self._capacity:
            return False
        for place in places:
            self._lanes[priority].find(place.tokens).waiting.append((now, place))
        self._count += len(places)
        self.tokens += sum(place.tokens for place in places)
        return True

    def take(self, budget: Budget, now: float) -> list[T]:
        """Remove and return the next batch; empty when nobody waits any more."""
        batch = Batch(budget)
        taken: list[T] = []
        for priority in self._order_priorities():
            while lane := self._lanes[priority].most_impatient(now):
                place = lane.waiting[0][1]
                if self._is_wanted(place.item):
                    if not batch.has_room(place.tokens):
                        return taken
                    batch = batch.add(place.tokens)
                    taken.append(place.item)
                lane.waiting.popleft()
                self._count -= 1
                self.tokens -= place.tokens
        return taken

    def _order_priorities(self) -> tuple[Priority, ...]:
        """Return the classes in the order in which this pass takes from them."""
        if self._searches_in_a_row >= INGEST_SHARE - 1 and self._waits(Priority.INGEST):
            self._searches_in_a_row = 0
            return Priority.INGEST, Priority.SEARCH
        self._searches_in_a_row += self._waits(Priority.SEARCH)
        return Priority.SEARCH, Priority.INGEST

    def _waits(self, priority: Priority) -> bool:
        return bool(self._lanes[priority].occupied())

    def _drop_unwanted(self) -> None:
        for lane in self._all_occupied():
            lane.waiting = deque(one for one in lane.waiting if self._is_wanted(one[1].item))
        left = [place for lane in self._all_occupied() for _, place in lane.waiting]
        self._count, self.tokens = len(left), sum(place.tokens for place in left)

    def _all_occupied(self) -> list[_Lane[T]]:
        return [lane for lanes in self._lanes.values() for lane in lanes.occupied()]
