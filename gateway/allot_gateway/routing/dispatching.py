"""Who goes to which pod, and when: late, as long as something else could still change it. Pure.

    offer ──► line ──► dispatch: the first in line, to the pod with the least to do that has room
                ▲            │
                └── put_back ┘ the pod never answered

A request that comes back waits beside the line, with those that were sent to the same pods, and
goes before it: it has waited in it. No step costs more the longer the line is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from allot_gateway.routing.bounds import Bounds
from allot_gateway.routing.line import Line, Request
from allot_gateway.routing.pod_load import PodLoad
from allot_gateway.routing.retry_budget import RetryBudget


@dataclass(frozen=True, slots=True)
class Sent:
    """A request on its way: to which pod, with how many tokens, in which of its passes."""

    request: Request
    pod: PodLoad
    tokens: int
    number: int


@dataclass(slots=True)
class Dispatcher:
    """One deployment's line and pods; times are seconds of one clock that never goes back."""

    bounds: Bounds = field(default_factory=Bounds)
    queue_capacity: int = 0
    line: Line = field(default_factory=Line)
    pods: dict[str, PodLoad] = field(default_factory=dict)
    budget: RetryBudget = field(init=False)
    _serving: int = 0
    _returned: dict[frozenset[str], deque[Request]] = field(default_factory=dict)
    _returned_inputs: int = 0

    def __post_init__(self) -> None:
        """Begin with the whole budget."""
        self.budget = RetryBudget(self.bounds)

    # What is there.

    @property
    def waiting(self) -> int:
        """Return how many requests wait, those that came back included."""
        return len(self.line) + sum(map(len, self._returned.values()))

    @property
    def waiting_inputs(self) -> int:
        """Return the inputs of all that wait."""
        return self.line.inputs + self._returned_inputs

    @property
    def is_held(self) -> bool:
        """Whether no pod is there that requests may be sent to."""
        return not self._serving

    @property
    def waits_for_budget(self) -> bool:
        """Whether somebody came back, and may have to wait until it may be sent once more."""
        return bool(self._returned)

    def all_waiting(self) -> Iterator[Request]:
        """Yield all that wait."""
        yield from self.line
        for lane in self._returned.values():
            yield from lane

    # What happens.

    def see_pods(self, routable: Iterable[str], now: float) -> None:
        """Take in which pods requests may be sent to; others keep what they have."""
        uids = set(routable)
        for uid in uids - self.pods.keys():
            self.pods[uid] = PodLoad(uid, idle_since=now)
        for uid, pod in tuple(self.pods.items()):
            pod.is_routable = uid in uids
            self._forget(pod)
        self._serving = len(uids)

    def has_place(self, inputs: int) -> bool:
        """Whether a request of so many inputs may wait; one that need not wait always may."""
        if not self._serving:
            return self.waiting < self.bounds.held_requests
        most = max(self.bounds.least_line_inputs, self.queue_capacity * self._serving)
        return self.waiting_inputs == 0 or self.waiting_inputs + inputs <= most

    def offer(self, request: Request, now: float) -> bool:
        """Put a request into the line; return False if that is full."""
        if not self.has_place(request.inputs):
            return False
        # What is held goes out as it came.
        self.line.add(request, by_size=not self.is_held)
        self.budget.count_request(now)
        return True

    def send_at_once(self, request: Request, now: float) -> Sent | None:
        """Send a request past the line, where nobody waits and a pod has room; None elsewhere.

        It is what `offer` and `dispatch` would do, in half the time.
        """
        if self._returned or self.line:
            return None
        pod = self._choose(request.tokens, request.tried, now)
        if pod is None:
            return None
        self.budget.count_request(now)
        return _send(request, pod, now)

    def dispatch(self, now: float) -> Sent | None:
        """Return the next request that goes to a pod now, if there is one."""
        if self._returned and (sent := self._dispatch_returned(now)) is not None:
            return sent
        if not self.line:
            return None
        first = self.line.first(now)
        if first is None:
            return None
        pod = self._choose(first.tokens, frozenset(), now)
        if pod is None:
            return None
        return _send(self.line.take(now), pod, now)

    def finish(self, sent: Sent, now: float) -> None:
        """Note that a pod has answered."""
        sent.pod.finish(sent.tokens, sent.number, now)
        self._forget(sent.pod)

    def lose(self, sent: Sent, now: float) -> None:
        """Note that a pod will not answer: its client left, or the connection failed."""
        sent.pod.drop(sent.tokens, sent.number, now)
        self._forget(sent.pod)

    def put_back(self, request: Request) -> None:
        """Have a request wait for a pod that it was not sent to yet."""
        request.is_waiting = True
        self._returned.setdefault(request.tried, deque()).append(request)
        self._returned_inputs += request.inputs

    def withdraw(self, request: Request) -> None:
        """Take out a request that waits: its client left, or its time is up."""
        lane = self._returned.get(request.tried)
        if lane is not None and request in lane:
            self._take_returned(request.tried, request)
        else:
            self.line.remove(request)

    def has_other_room(self, request: Request, now: float) -> bool:
        """Whether a pod that a request was not sent to would take it at once."""
        return self._choose(request.tokens, request.tried, now) is not None

    # How.

    def _dispatch_returned(self, now: float) -> Sent | None:
        for tried, lane in self._returned.items():
            pod = self._choose(lane[0].tokens, tried, now)
            # One that was never sent is no retry.
            if pod is None or (tried and not self.budget.allows(now)):
                continue
            request = lane[0]
            self._take_returned(tried, request)
            if tried:
                self.budget.count_retry(now)
            return _send(request, pod, now)
        return None

    def _take_returned(self, tried: frozenset[str], request: Request) -> None:
        lane = self._returned[tried]
        lane.remove(request)
        if not lane:
            del self._returned[tried]
        request.is_waiting = False
        self._returned_inputs -= request.inputs

    def _choose(self, tokens: int, tried: frozenset[str], now: float) -> PodLoad | None:
        """Return the pod with the least to do that has room; of two, that which is idle longer."""
        best: PodLoad | None = None
        least = (0.0, 0.0)
        for pod in self.pods.values():
            if not pod.is_routable or pod.is_aside or pod.uid in tried:
                continue
            if not pod.has_room(tokens, now):
                continue
            load = (pod.estimate_wait(now), pod.idle_since)
            if best is None or load < least:
                best, least = pod, load
        return best

    def _forget(self, pod: PodLoad) -> None:
        """Forget a pod that is gone, once nothing is there any more."""
        if not pod.is_routable and not pod.requests:
            self.pods.pop(pod.uid, None)


def _send(request: Request, pod: PodLoad, now: float) -> Sent:
    request.tried |= {pod.uid}
    return Sent(request, pod, request.tokens, pod.send(request.tokens, now))
