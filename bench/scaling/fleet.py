"""All pods of a simulated deployment: who is on the way, who serves, who leaves."""

from __future__ import annotations

from array import array

from bench.scaling.line import Line
from bench.scaling.pods import Pod
from bench.scaling.service import Service

# Longer than it takes routers to notice that a pod goes.
LEAVING_SECONDS = 5.0


class Fleet:
    """The pods. `outstanding` has the tokens that each serving pod has to do, in their order.

    `pods` are those that are asked for, `left` those that were told to go.
    """

    def __init__(self, service: Service, waits: array[float]) -> None:
        self._service, self._waits = service, waits
        self.shared = Line(service, waits) if service.is_shared else None
        self.pods: list[Pod] = []
        self.left: list[Pod] = []
        self.serving: list[Pod] = []
        self.outstanding: list[float] = []

    @property
    def starting(self) -> int:
        """Return how many pods are on their way."""
        return len(self.pods) - len(self.serving)

    @property
    def backlog(self) -> int:
        """Return the tokens that wait in lines, those of pods that leave left out."""
        if self.shared:
            return self.shared.tokens
        return sum(pod.line.tokens for pod in self.serving)

    def create(self, now: float, start_seconds: float = 0.0) -> Pod:
        """Return a new pod, which does not serve yet."""
        line = self.shared or Line(self._service, self._waits)
        number, is_own = len(self.pods) + len(self.left), self.shared is None
        pod = Pod(number, now, start_seconds, line, is_own)
        self.pods.append(pod)
        return pod

    def admit(self, pod: Pod) -> None:
        """Let a pod serve."""
        pod.is_serving = True
        pod.place = len(self.serving)
        self.serving.append(pod)
        self.outstanding.append(0.0)

    def choose_leaving(self, target: int) -> list[Pod]:
        """Return who goes: those that do not serve yet, then the newest, as a ReplicaSet does."""
        order = sorted(self.pods, key=lambda pod: (pod.is_serving, -pod.number))
        return order[: max(0, len(self.pods) - target)]

    def dismiss(self, pod: Pod, now: float) -> None:
        """Tell a pod to go: one that serves gets no more inputs, and does what it has."""
        pod.is_leaving = True
        self.pods.remove(pod)
        self.left.append(pod)
        pod.ended = now
        if pod.is_serving:
            pod.is_serving = False
            pod.ended = now + LEAVING_SECONDS
            del self.serving[pod.place], self.outstanding[pod.place]
            pod.place = -1
            for place, other in enumerate(self.serving):
                other.place = place

    def count_seconds(self, until: float) -> float:
        """Return the time of all pods, from being asked for to their end, up to a moment."""
        everyone = self.pods + self.left
        return sum(
            max(0.0, min(until if pod.ended is None else pod.ended, until) - pod.created)
            for pod in everyone
        )
