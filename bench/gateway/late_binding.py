"""What the choice of a pod gains: the gateway's own dispatcher against random choice, simulated.

    python -m bench.gateway.late_binding --seconds 600 --seed 1

Four pods compute pass after pass with the runtime's own line and budget, at 80 % of what full
passes would do. Of ten requests eight are queries, which are searches of 4 to 16 tokens, and two
are passages of 100 to 300 tokens to ingest; they come at random. Each way takes them to the same
arrivals and the same costs of a pass:

    random  to any pod, where it waits in the pod's line
    least   to the pod with the fewest tokens of those sent to it, at once
    late    by allot_gateway.routing.dispatching, which guesses tokens with an error of a fifth
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from random import Random

from allot_gateway.routing.dispatching import Dispatcher, Sent
from allot_gateway.routing.line import Request
from allot_protocol.priority import Priority
from allot_runtime.batching import Budget
from allot_runtime.waiting import Place, WaitingLine
from bench.scaling.service import Cost, Service

PODS, LOAD, QUERY_SHARE = 4, 0.8, 0.8
QUERY_TOKENS, PASSAGE_TOKENS = (4, 16), (100, 300)
GUESS_ERROR = 0.2
# Through the gateway's sockets and the pod's, each way.
WAY_SECONDS = 0.0003
WARM_UP_SHARE = 0.1


@dataclass(slots=True, eq=False)
class Job:
    """One request of one input: when it came, what it is, and how long it took."""

    arrived: float
    tokens: int
    priority: Priority
    seconds: float = math.nan
    sent: Sent | None = None


@dataclass(slots=True, eq=False)
class Pod:
    """One allocation with its line; `tokens` are those of what it was sent and has not done."""

    uid: str
    line: WaitingLine[Job] = field(default_factory=lambda: WaitingLine(10**9, lambda _: True))
    is_computing: bool = False
    tokens: int = 0


class Simulation:
    """One way of choosing, over one list of jobs."""

    def __init__(self, way: str, jobs: Sequence[Job], seed: int) -> None:
        self._jobs, self._cost, self._budget = jobs, Cost(), Budget()
        self._random, self._noise = Random(f"choice {seed}"), Random(f"noise {seed}")
        self._pods = {str(number): Pod(str(number)) for number in range(PODS)}
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._number, self._now = count(), 0.0
        self._arrive = {"random": self._go_anywhere, "least": self._go_to_least,
                        "late": self._wait}[way]  # fmt: skip
        self._dispatcher = Dispatcher(queue_capacity=10**9)
        self._dispatcher.see_pods(self._pods, 0.0)
        self._requests: dict[int, Job] = {}

    def run(self) -> None:
        """Go through all jobs; each has its seconds then."""
        for job in self._jobs:
            self._schedule(job.arrived, lambda job=job: self._arrive(job))  # type: ignore[misc]
        while self._events:
            self._now, _, act = heappop(self._events)
            act()

    def _schedule(self, moment: float, act: Callable[[], None]) -> None:
        heappush(self._events, (moment, next(self._number), act))

    def _go_anywhere(self, job: Job) -> None:
        self._send(job, self._random.choice(list(self._pods.values())))

    def _go_to_least(self, job: Job) -> None:
        self._send(job, min(self._pods.values(), key=lambda pod: pod.tokens))

    def _wait(self, job: Job) -> None:
        error = math.exp(self._noise.gauss(0.0, GUESS_ERROR))
        request = Request(job.priority, 1, max(1, round(job.tokens * error)), self._now)
        self._requests[id(request)] = job
        assert self._dispatcher.offer(request, self._now)
        self._dispatch()

    def _dispatch(self) -> None:
        while (sent := self._dispatcher.dispatch(self._now)) is not None:
            job = self._requests.pop(id(sent.request))
            job.sent = sent
            self._send(job, self._pods[sent.pod.uid])

    def _send(self, job: Job, pod: Pod) -> None:
        pod.tokens += job.tokens
        self._schedule(self._now + WAY_SECONDS, lambda: self._reach(job, pod))

    def _reach(self, job: Job, pod: Pod) -> None:
        pod.line.admit([Place(job, job.tokens)], job.priority, self._now)
        if not pod.is_computing:
            self._compute(pod)

    def _compute(self, pod: Pod) -> None:
        batch = pod.line.take(self._budget, self._now)
        pod.is_computing = bool(batch)
        if batch:
            seconds = self._cost.seconds(sum(job.tokens for job in batch))
            seconds *= math.exp(self._noise.gauss(0.0, self._cost.noise))
            self._schedule(self._now + seconds, lambda: self._finish(pod, batch))

    def _finish(self, pod: Pod, batch: list[Job]) -> None:
        self._compute(pod)
        waiting = pod.line.tokens
        self._schedule(self._now + WAY_SECONDS, lambda: self._answer(pod, batch, waiting))

    def _answer(self, pod: Pod, batch: list[Job], waiting: int) -> None:
        for job in batch:
            pod.tokens -= job.tokens
            job.seconds = self._now - job.arrived
            if job.sent is not None:
                self._dispatcher.finish(job.sent, self._now)
                job.sent.pod.hear(waiting, self._budget.tokens, self._now)
        self._dispatch()


def draw_jobs(seconds: float, seed: int) -> list[Job]:
    """Return the arrivals of so many seconds."""
    draw = Random(f"load {seed}")
    mean = QUERY_SHARE * sum(QUERY_TOKENS) / 2 + (1 - QUERY_SHARE) * sum(PASSAGE_TOKENS) / 2
    rate = LOAD * PODS * Service().tokens_per_second / mean
    jobs, now = [], 0.0
    while (now := now + draw.expovariate(rate)) < seconds:
        if draw.random() < QUERY_SHARE:
            jobs.append(Job(now, draw.randint(*QUERY_TOKENS), Priority.SEARCH))
        else:
            jobs.append(Job(now, draw.randint(*PASSAGE_TOKENS), Priority.INGEST))
    return jobs


def measure(way: str, seconds: float, seed: int) -> dict[str, tuple[float, float]]:
    """Return median and 99th percentile, in milliseconds, of queries, of passages and of all."""
    jobs = draw_jobs(seconds, seed)
    Simulation(way, jobs, seed).run()
    counted = jobs[int(WARM_UP_SHARE * len(jobs)) :]
    groups = {
        "queries": [job.seconds for job in counted if job.priority is Priority.SEARCH],
        "passages": [job.seconds for job in counted if job.priority is Priority.INGEST],
        "all": [job.seconds for job in counted],
    }
    return {
        name: (1000 * _percentile(values, 0.5), 1000 * _percentile(values, 0.99))
        for name, values in groups.items()
    }


def _percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main() -> None:
    """Print the three ways side by side."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found = {
        way: measure(way, options.seconds, options.seed) for way in ("random", "least", "late")
    }
    for way, groups in found.items():
        for name, (median, worst) in groups.items():
            share = worst / found["random"][name][1]
            print(  # noqa: T201
                f"{way:7} {name:9} p50 {median:7.1f} ms  p99 {worst:7.1f} ms  "
                f"({share:.2f} of random)"
            )


if __name__ == "__main__":
    main()
