"""Discrete events: arrivals are routed, pods compute pass after pass, a policy moves the target.

    arrival ──► the pod with the fewest tokens outstanding ──► its line ──► a pass ──► done
       │ none serves                                             │ full: refused
       ▼                                                         ▼ past its deadline: dropped
    held, until a pod serves

The only events are ends of passes, starts of pods and looks of the policy; an arrival is none,
since they are known and sorted.
"""

from __future__ import annotations

import itertools
import math
from array import array
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from random import Random
from typing import Any, Protocol

from bench.scaling.fleet import Fleet
from bench.scaling.load import Load
from bench.scaling.pods import Pod
from bench.scaling.service import Service, Starts

# Passes differ by these factors, drawn once and gone through in turn.
NOISE_VALUES = 4093
# What gateways hold while no pod serves.
HELD_INPUTS = 10_000
SAMPLE_SECONDS = 5.0
# Who is idle for longest comes first: less than a token orders them.
IDLE_STEP = 1e-12

Event = tuple[float, int, Callable[[Any], None], Any]


class Scaler(Protocol):
    """A policy while it runs: looks from time to time, and says how many there should be."""

    @property
    def period_seconds(self) -> float:
        """Return the time between two looks."""
        ...

    def look(self, simulation: Simulation) -> int | None:
        """Return the target; None leaves it as it is."""
        ...


@dataclass(frozen=True, slots=True)
class Setup:
    """What is the same for all policies in a comparison."""

    service: Service = field(default_factory=Service)
    starts: Starts = field(default_factory=Starts)
    maximum: int = 32
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Sample:
    """How things stood at one moment; the backlog is in tokens."""

    second: float
    target: int
    serving: int
    backlog: int


class Simulation:
    """One load, one policy. What is public a policy may look at; it must change nothing.

    `done`, `late` and `refused` count inputs; `targets` has each target with its second.
    """

    def __init__(self, setup: Setup, load: Load, initial: int) -> None:
        self.setup, self.load = setup, load
        self.now, self.target = 0.0, initial
        self.waits = array("d")
        self.fleet = Fleet(setup.service, self.waits)
        self.held: deque[tuple[float, int]] = deque()
        self.arrived = self.done = self.late = self.refused = 0
        self.starts = self.actions = 0
        self.targets: list[tuple[float, int]] = [(0.0, initial)]
        self.samples: list[Sample] = []
        self.in_flight = 0
        self._departed_less_arrived = 0.0
        self._outstanding = self.fleet.outstanding
        self._idle_rank = 0
        self._events: list[Event] = [(math.inf, 0, self._never, None)]
        self._sequence = itertools.count(1)
        self._shared = setup.service.is_shared
        self._deadline = setup.service.deadline_seconds
        cost = setup.service.cost
        self._pass_seconds, self._token_seconds = cost.pass_seconds, cost.token_seconds
        # One source for each, so that all policies meet the same starts.
        noise, self._starting = Random(f"noise {setup.seed}"), Random(f"starts {setup.seed}")
        self._noise = itertools.cycle(
            [math.exp(noise.gauss(0.0, cost.noise)) for _ in range(NOISE_VALUES)]
        )
        for _ in range(initial):
            self._serve(self.fleet.create(0.0))

    @property
    def backlog(self) -> int:
        """Return the tokens that wait, held ones included."""
        return self.fleet.backlog + sum(tokens for _, tokens in self.held)

    @property
    def in_flight_seconds(self) -> float:
        """Return the integral over time of the inputs that came and have no answer yet."""
        return self._departed_less_arrived + self.now * self.in_flight

    def run(self, scaler: Scaler) -> None:
        """Go through the whole load, and on until nothing waits."""
        self._schedule(0.0, self._look, scaler)
        self._schedule(0.0, self._sample, None)
        events, arrive = self._events, self._arrive
        for now, tokens in zip(self.load.times.tolist(), self.load.tokens.tolist(), strict=True):
            while events[0][0] <= now:
                self.now, _, act, about = heappop(events)
                act(about)
            arrive(now, tokens)
        while events[0][0] < math.inf:
            self.now, _, act, about = heappop(events)
            act(about)
        self.late += len(self.held)
        self.held.clear()

    def set_target(self, target: int) -> None:
        """Ask for so many allocations."""
        if target == self.target:
            return
        self.target = target
        self.actions += 1
        self.targets.append((self.now, target))
        for _ in range(target - len(self.fleet.pods)):
            self._start()
        for pod in self.fleet.choose_leaving(target):
            self.fleet.dismiss(pod, self.now)
            if not pod.is_computing:
                self._begin(pod, self.now)

    def _schedule(self, moment: float, act: Callable[[Any], None], about: object) -> None:
        heappush(self._events, (moment, next(self._sequence), act, about))

    def _never(self, about: None) -> None:
        raise AssertionError("the event at the end of time came")

    # Inputs.

    def _arrive(self, now: float, tokens: int) -> None:
        self.arrived += 1
        outstanding = self._outstanding
        if not outstanding:
            self._hold(now, tokens)
            return
        least = min(outstanding)
        place = outstanding.index(least)
        pod = self.fleet.serving[place]
        if not pod.batch_inputs:
            # The same as through its empty line.
            self._enter(now)
            self.waits.append(0.0)
            if self._compute(pod, now, 1, tokens) > self._deadline:
                pod.batch_late = 1
        elif self._admit(pod, now, tokens) and not self._shared:
            outstanding[place] = least + tokens

    def _admit(self, pod: Pod, now: float, tokens: int) -> bool:
        line = pod.line
        if line.count >= self.setup.service.queue_capacity:
            self._note_late(pod, line.drop_expired(now), now)
            if line.count >= self.setup.service.queue_capacity:
                self.refused += 1
                pod.refused += 1
                return False
        self._enter(now)
        line.add(now, tokens)
        return True

    def _hold(self, now: float, tokens: int) -> None:
        while self.held and self.held[0][0] <= now - self._deadline:
            self.held.popleft()
            self.late += 1
            self._depart(1, now)
        if len(self.held) >= HELD_INPUTS:
            self.refused += 1
            return
        self.held.append((now, tokens))
        self._enter(now)
        if self.target == 0:
            # Gateways start the first pod themselves.
            self.now = now
            self.set_target(1)

    def _enter(self, now: float) -> None:
        self.in_flight += 1
        self._departed_less_arrived -= now

    def _depart(self, inputs: int, now: float) -> None:
        self.in_flight -= inputs
        self._departed_less_arrived += inputs * now

    def _note_late(self, pod: Pod, inputs: int, now: float) -> None:
        pod.late += inputs
        self.late += inputs
        self._depart(inputs, now)

    # Passes.

    def _begin(self, pod: Pod, now: float) -> None:
        """Start a pod's next pass; it is idle if nothing waits, and ends if it was told to go."""
        line = pod.line
        if line.count and not (self._shared and pod.is_leaving):
            dropped = line.dropped
            inputs, tokens = line.take(now)
            if line.dropped != dropped:
                self._note_late(pod, line.dropped - dropped, now)
            if inputs:
                seconds = self._compute(pod, now, inputs, tokens)
                if now + seconds - line.oldest > self._deadline:
                    pod.batch_late = self._count_spent(inputs, seconds)
                return
        if pod.is_leaving:
            pod.ended = max(now, pod.ended or 0.0)
        else:
            self._idle_rank += 1
            self._outstanding[pod.place] = self._idle_rank * IDLE_STEP

    def _compute(self, pod: Pod, now: float, inputs: int, tokens: int) -> float:
        """Start a pass, and return its seconds."""
        pod.batch_inputs, pod.batch_tokens, pod.batch_began = inputs, tokens, now
        seconds = (self._pass_seconds + self._token_seconds * tokens) * next(self._noise)
        heappush(self._events, (now + seconds, next(self._sequence), self._finish, pod))
        if pod.place >= 0:
            waiting = 0 if self._shared else pod.line.tokens
            self._outstanding[pod.place] = waiting + tokens
        return seconds

    def _count_spent(self, inputs: int, seconds: float) -> int:
        """Return how many of a pass' inputs will have waited too long when it ends."""
        return sum(wait + seconds > self._deadline for wait in self.waits[-inputs:])

    def _finish(self, pod: Pod) -> None:
        now, inputs, late = self.now, pod.batch_inputs, pod.batch_late
        pod.passes += 1
        pod.inputs_done += inputs
        pod.tokens_done += pod.batch_tokens
        pod.busy_seconds += now - pod.batch_began
        self.in_flight -= inputs
        self._departed_less_arrived += now * inputs
        self.done += inputs - late
        self.late += late
        pod.late += late
        pod.batch_inputs = pod.batch_tokens = pod.batch_late = 0
        self._begin(pod, now)

    # Pods and looks.

    def _start(self) -> None:
        starts = self.setup.starts
        seconds = starts.median_seconds * math.exp(self._starting.gauss(0.0, starts.spread))
        self.starts += 1
        self._schedule(self.now + seconds, self._serve, self.fleet.create(self.now, seconds))

    def _serve(self, pod: Pod) -> None:
        if pod.is_leaving:
            return
        self.fleet.admit(pod)
        held, self.held = self.held, deque()
        for arrived, tokens in held:
            pod.line.add(arrived, tokens)
        self._begin(pod, self.now)

    def _look(self, scaler: Scaler) -> None:
        target = scaler.look(self)
        if target is not None:
            self.set_target(min(target, self.setup.maximum))
        following = self.now + scaler.period_seconds
        if following < self.load.seconds:
            self._schedule(following, self._look, scaler)

    def _sample(self, about: None) -> None:
        sample = Sample(self.now, self.target, len(self.fleet.serving), self.backlog)
        self.samples.append(sample)
        if self.now + SAMPLE_SECONDS < self.load.seconds:
            self._schedule(self.now + SAMPLE_SECONDS, self._sample, None)
