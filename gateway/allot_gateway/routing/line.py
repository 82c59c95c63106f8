"""The line of one deployment's requests, ordered as the line of a pod is. Pure.

Searches come before ingest, and of the tokens that are taken while both wait one in
`INGEST_SHARE` is an ingest's: so a stream of searches slows an ingest down and never stops it.
Within a class a short request need not wait as long as a long one, whose wait counts less. The
runtime's WaitingLine counts passes where this counts tokens, since requests leave it one by one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from allot_protocol.priority import INGEST_SHARE, LONG_PATIENCE, SHORT_TOKENS, Priority

# Places of those who left are swept out when they are more than those who wait, and this many.
SWEEP_FROM = 64


@dataclass(slots=True, eq=False)
class Request:
    """A request that waits, or is at a pod; `tokens` as they were guessed when it came.

    `tried` has the pods (uids) that it was sent to. `is_waiting` while it is in the line.
    """

    priority: Priority
    inputs: int
    tokens: int
    arrived: float
    tried: frozenset[str] = frozenset()
    is_waiting: bool = False


@dataclass(slots=True)
class _Class:
    """Those of one priority; `patient` are the long ones."""

    prompt: deque[Request] = field(default_factory=deque)
    patient: deque[Request] = field(default_factory=deque)

    def next_lane(self, now: float) -> deque[Request] | None:
        """Return the lane whose turn it is; None where nobody waits."""
        prompt, patient = _front(self.prompt), _front(self.patient)
        if patient is None:
            return None if prompt is None else self.prompt
        if prompt is None or now - prompt.arrived < (now - patient.arrived) / LONG_PATIENCE:
            return self.patient
        return self.prompt


@dataclass(slots=True)
class Line:
    """Requests that wait; `inputs` and `tokens` are those of all of them.

    What a step costs does not grow with the line: whoever leaves is counted out at once, and its
    place is dropped when its turn comes.
    """

    inputs: int = 0
    tokens: int = 0
    _count: int = 0
    _places: int = 0
    _owed: float = 0.0
    _classes: dict[Priority, _Class] = field(
        default_factory=lambda: {priority: _Class() for priority in Priority}
    )

    def __len__(self) -> int:
        """Return how many requests wait."""
        return self._count

    def __iter__(self) -> Iterator[Request]:
        """Yield all that wait, in no particular order."""
        for one in self._classes.values():
            for lane in (one.prompt, one.patient):
                yield from (request for request in lane if request.is_waiting)

    def add(self, request: Request, *, by_size: bool = True) -> None:
        """Put a request at the end of its class; not `by_size`, it keeps its order of arrival."""
        found = self._classes[request.priority]
        is_patient = by_size and request.tokens > SHORT_TOKENS
        (found.patient if is_patient else found.prompt).append(request)
        self._places += 1
        self._count_in(request)

    def remove(self, request: Request) -> None:
        """Take out a request whose client left, or whose time is up."""
        if request.is_waiting:
            self._count_out(request)
        if self._places > 2 * self._count + SWEEP_FROM:
            self._sweep()

    def first(self, now: float) -> Request | None:
        """Return whose turn it is, without taking it; None where nobody waits."""
        lane = self._choose_lane(now)
        return lane[0] if lane else None

    def take(self, now: float) -> Request:
        """Take out whose turn it is; raises IndexError where nobody waits."""
        lane = self._choose_lane(now)
        if lane is None:
            raise IndexError("nobody waits")
        request = lane.popleft()
        self._places -= 1
        self._count_out(request)
        self._account(request)
        return request

    def _choose_lane(self, now: float) -> deque[Request] | None:
        search = self._classes[Priority.SEARCH].next_lane(now)
        ingest = self._classes[Priority.INGEST].next_lane(now)
        if search is None or ingest is None:
            return search or ingest
        return ingest if self._owed >= ingest[0].tokens else search

    def _account(self, request: Request) -> None:
        """Have searches that passed an ingest owe it its share of what they took."""
        if request.priority is Priority.INGEST:
            self._owed = max(0.0, self._owed - request.tokens)
        elif self._classes[Priority.INGEST].prompt or self._classes[Priority.INGEST].patient:
            self._owed += request.tokens / (INGEST_SHARE - 1)
        else:
            self._owed = 0.0

    def _count_in(self, request: Request) -> None:
        request.is_waiting = True
        self._count += 1
        self.inputs += request.inputs
        self.tokens += request.tokens

    def _count_out(self, request: Request) -> None:
        request.is_waiting = False
        self._count -= 1
        self.inputs -= request.inputs
        self.tokens -= request.tokens

    def _sweep(self) -> None:
        for one in self._classes.values():
            one.prompt = deque(request for request in one.prompt if request.is_waiting)
            one.patient = deque(request for request in one.patient if request.is_waiting)
        self._places = self._count


def _front(lane: deque[Request]) -> Request | None:
    """Return the first that still waits, and drop those before it."""
    while lane:
        if lane[0].is_waiting:
            return lane[0]
        lane.popleft()
    return None
