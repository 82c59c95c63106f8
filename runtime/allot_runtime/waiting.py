"""The bounded line of inputs: full is full, searches first, nobody waits for ever. Pure.

Elasticsearch's queue has the same two classes (PriorityProcessWorkerExecutorService), and takes
all searches before any ingest. Here one pass in `INGEST_SHARE` goes to ingest if it waits, so
that a stream of searches slows an ingest down and never stops it.

Within a class, an input's turn comes by how long it has waited for its size: a query of 8 tokens
need not wait as long as a passage of 200. Inputs of like size keep their order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from allot_runtime.batching import Batch, Budget

T = TypeVar("T")

INGEST_SHARE = 8


class Priority(StrEnum):
    """A search has someone waiting; an ingest has a bulk that waits anyway."""

    SEARCH = "search"
    INGEST = "ingest"


class Order(StrEnum):
    """Whose turn comes first within a class."""

    BY_SIZE = "by_size"
    BY_ARRIVAL = "by_arrival"


# The power of its size that an input's wait is measured by. 0 is first in, first out; 1 would let
# waiting times grow as sizes do, and make passages pay for queries: those who wait in a closed
# loop have a fixed sum of waiting to divide. Below some size one input costs as much as another.
SHORT_TOKENS = 16
EXPONENTS = {Order.BY_SIZE: 0.5, Order.BY_ARRIVAL: 0.0}


@dataclass(frozen=True, slots=True)
class Place(Generic[T]):
    """An input in the line: who it is for, and its length in tokens."""

    item: T
    tokens: int


@dataclass(slots=True)
class _Lane(Generic[T]):
    """Inputs of one class and of like size, first in, first out, each with its arrival."""

    weight: float
    waiting: deque[tuple[float, Place[T]]]

    def impatience(self, now: float) -> float:
        """Return how long the first has waited for its size."""
        return (now - self.waiting[0][0]) / self.weight


class WaitingLine(Generic[T]):
    """Inputs that wait for a forward pass. Not thread-safe: the engine holds its lock.

    Inputs whose clients left are dropped when their turn comes, or when room is short. Times
    are monotonic and in seconds.
    """

    def __init__(
        self, capacity: int, is_wanted: Callable[[T], bool], order: Order = Order.BY_SIZE
    ) -> None:
        self._capacity = capacity
        self._exponent = EXPONENTS[order]
        self._is_wanted = is_wanted
        self._lanes: dict[Priority, dict[int, _Lane[T]]] = {
            priority: {} for priority in (Priority.SEARCH, Priority.INGEST)
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
            self._find_lane(priority, place.tokens).waiting.append((now, place))
        self._count += len(places)
        self.tokens += sum(place.tokens for place in places)
        return True

    def take(self, budget: Budget, now: float) -> list[T]:
        """Remove and return the next batch; empty when nobody waits any more."""
        batch = Batch(budget)
        taken: list[T] = []
        for priority in self._order_priorities():
            while lane := self._most_impatient(priority, now):
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
        return any(lane.waiting for lane in self._lanes[priority].values())

    def _most_impatient(self, priority: Priority, now: float) -> _Lane[T] | None:
        lanes = [lane for lane in self._lanes[priority].values() if lane.waiting]
        return max(lanes, key=lambda lane: lane.impatience(now), default=None)

    def _find_lane(self, priority: Priority, tokens: int) -> _Lane[T]:
        """Return the lane for sizes between two powers of two; all short inputs have one."""
        size = max(SHORT_TOKENS, tokens).bit_length()
        lanes = self._lanes[priority]
        if size not in lanes:
            lanes[size] = _Lane(weight=float(2**size) ** self._exponent, waiting=deque())
        return lanes[size]

    def _drop_unwanted(self) -> None:
        for lane in self._all_lanes():
            lane.waiting = deque(one for one in lane.waiting if self._is_wanted(one[1].item))
        self._count = sum(len(lane.waiting) for lane in self._all_lanes())
        self.tokens = sum(place.tokens for lane in self._all_lanes() for _, place in lane.waiting)

    def _all_lanes(self) -> Iterator[_Lane[T]]:
        for lanes in self._lanes.values():
            yield from lanes.values()
