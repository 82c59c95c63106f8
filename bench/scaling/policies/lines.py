"""Reference lines, which know what nobody can: the true rate now, or all that will come."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bench.scaling.engine import Simulation

ROUND_SECONDS = 5.0
UTILIZATION, DRAIN_SECONDS = 0.8, 10.0


@dataclass(frozen=True, slots=True)
class Constant:
    """Always the same number."""

    number: int
    period_seconds: float = 3600.0

    def look(self, simulation: Simulation) -> int:
        """Return the number."""
        return self.number


@dataclass(frozen=True, slots=True)
class PresentOracle:
    """Knows the true rate of this moment, the true capacity and the backlog; not the future.

    `ahead_seconds` above 0 makes it know the largest rate of so long, too.
    """

    utilization: float = UTILIZATION
    ahead_seconds: float = 0.0
    minimum: int = 1
    period_seconds: float = ROUND_SECONDS

    def look(self, simulation: Simulation) -> int:
        """Return what the rate needs at the utilization, or, if more, to work off the backlog."""
        load, now = simulation.load, simulation.now
        rate = load.peak_between(now, now + self.ahead_seconds)
        return max(self.minimum, self.choose(rate, simulation))

    def choose(self, rate: float, simulation: Simulation) -> int:
        """Return the number that a rate of tokens and what waits now need."""
        capacity = simulation.setup.service.tokens_per_second
        planned = math.ceil(round(rate / (self.utilization * capacity), 9))
        drained = math.ceil((rate + simulation.backlog / DRAIN_SECONDS) / capacity)
        return max(planned, drained)


def build_foresight(start_seconds: float, minimum: int) -> PresentOracle:
    """Return who starts pods early enough, even those that take twice as long as most."""
    return PresentOracle(ahead_seconds=2 * start_seconds + ROUND_SECONDS, minimum=minimum)
