"""Knative's pod autoscaler with its defaults: two windows of concurrency, and a panic mode."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from bench.scaling.engine import Simulation

TICK_SECONDS = 2.0
STABLE_SECONDS, PANIC_SECONDS = 60.0, 6.0
PANIC_THRESHOLD = 2.0
MOST_UP, MOST_DOWN = 1000.0, 2.0
UTILIZATION, LEAST_TARGET = 0.7, 0.01
# What a container takes at once where nothing is said.
UNLIMITED_CONCURRENCY = 100.0
GRACE_SECONDS = 30.0


@dataclass(slots=True)
class KnativeRule:
    """The decision: from two averages and the pods that are ready to a number of pods."""

    target: float = UNLIMITED_CONCURRENCY * UTILIZATION
    _panic_since: float | None = None
    _most: int = 0

    def decide(self, now: float, ready: int, stable: float, panic: float) -> int:
        """Return the desired number."""
        target, ready = max(LEAST_TARGET, self.target), max(1, ready)
        up, down = math.ceil(MOST_UP * ready), math.floor(ready / MOST_DOWN)
        by_stable = min(max(math.ceil(stable / target), down), up)
        by_panic = min(max(math.ceil(panic / target), down), up)
        if math.ceil(panic / target) / ready >= PANIC_THRESHOLD:
            self._panic_since = now
        elif self._panic_since is not None and self._panic_since + STABLE_SECONDS < now:
            self._panic_since, self._most = None, 0
        if self._panic_since is None:
            return by_stable
        self._most = max(self._most, by_stable, by_panic)
        return self._most


@dataclass(slots=True)
class Knative:
    """The rule with its windows; goes to zero where `minimum` is 0."""

    rule: KnativeRule
    minimum: int = 1
    period_seconds: float = TICK_SECONDS
    _past: deque[tuple[float, float]] = field(default_factory=deque)
    _idle_since: float | None = None

    def look(self, simulation: Simulation) -> int | None:
        """Return the desired number; None as long as nothing was measured."""
        now = simulation.now
        self._past.append((now, simulation.in_flight_seconds))
        while self._past[0][0] < now - STABLE_SECONDS:
            self._past.popleft()
        if len(self._past) == 1:
            return None
        stable, panic = self._average(STABLE_SECONDS), self._average(PANIC_SECONDS)
        if simulation.target == 0:
            return None
        desired = self.rule.decide(now, len(simulation.fleet.serving), stable, panic)
        return max(self.minimum, desired or self._leave_last(now))

    def _average(self, seconds: float) -> float:
        """Return the mean concurrency; of a window that is not full, that of its elapsed part."""
        now, after = self._past[-1]
        then, before = next(one for one in self._past if one[0] >= now - seconds)
        return (after - before) / (now - then)

    def _leave_last(self, now: float) -> int:
        """Return 1 until nothing was desired for the grace, then 0."""
        if self._idle_since is None or now - self._idle_since > GRACE_SECONDS + TICK_SECONDS:
            self._idle_since = now
        return 0 if now - self._idle_since >= GRACE_SECONDS else 1
