"""KubeAI with its defaults: the mean of ten minutes of active requests, a hundred for each pod."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from bench.scaling.engine import Simulation

ROUND_SECONDS = 10.0
# Ten minutes, which begin as if nothing had been asked before.
SLOTS = 60
TARGET_REQUESTS = 100
# 30 s of rounds that want less.
LOWER_ROUNDS = 3


@dataclass(slots=True)
class KubeAI:
    """The ring of samples, and how many rounds in a row wanted less."""

    target: float = TARGET_REQUESTS
    minimum: int = 1
    period_seconds: float = ROUND_SECONDS
    _ring: deque[int] = field(default_factory=lambda: deque([0] * SLOTS, SLOTS))
    _lower: int = 0

    def look(self, simulation: Simulation) -> int:
        """Return the number of pods."""
        return self.decide(simulation.target, simulation.in_flight)

    def decide(self, current: int, active: int) -> int:
        """Return the number by one more sample: up at once, down only with patience."""
        self._ring.append(active)
        desired = max(self.minimum, math.ceil(sum(self._ring) / SLOTS / self.target))
        if desired >= current:
            self._lower = 0
            return desired
        self._lower += 1
        return desired if self._lower >= LOWER_ROUNDS else current
