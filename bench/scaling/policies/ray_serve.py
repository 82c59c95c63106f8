"""Ray Serve with its defaults: ongoing requests over 30 s, two for each replica, and delays."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from bench.scaling.engine import Simulation

# Ray's loop runs ten times a second; what it counts are loops that agree, which is time.
LOOP_SECONDS = 1.0
REPORT_SECONDS = 10.0
LOOK_BACK_SECONDS = 30.0
TARGET_ONGOING = 2.0
UP_SECONDS, DOWN_SECONDS = 30.0, 600.0


@dataclass(slots=True)
class RayRule:
    """The decision: a number is taken once the loops agreed on its direction for long enough."""

    target: float = TARGET_ONGOING
    minimum: int = 1
    _up: float = 0.0
    _down: float = 0.0

    def decide(self, current: int, ongoing: float) -> int:
        """Return the number after one more loop."""
        desired = max(self.minimum, math.ceil(round(ongoing / self.target, 9)))
        self._up = self._up + LOOP_SECONDS if desired > current else 0.0
        self._down = self._down + LOOP_SECONDS if desired < current else 0.0
        is_due = self._up > UP_SECONDS or self._down > DOWN_SECONDS
        if current == 0 or not is_due:
            return current
        self._up = self._down = 0.0
        return desired


@dataclass(slots=True)
class RayServe:
    """The rule with what replicas and proxies report."""

    rule: RayRule
    period_seconds: float = LOOP_SECONDS
    _past: deque[tuple[float, float]] = field(default_factory=deque)
    _ongoing: float = 0.0

    def look(self, simulation: Simulation) -> int:
        """Return the number of replicas; from 0 the first request itself starts one."""
        now = simulation.now
        if not self._past or now - self._past[-1][0] >= REPORT_SECONDS:
            self._past.append((now, simulation.in_flight_seconds))
            while self._past[0][0] < now - LOOK_BACK_SECONDS:
                self._past.popleft()
            (then, before), (last, after) = self._past[0], self._past[-1]
            self._ongoing = (after - before) / (last - then) if last > then else 0.0
        return self.rule.decide(simulation.target, self._ongoing)
