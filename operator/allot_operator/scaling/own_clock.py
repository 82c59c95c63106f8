"""The decision's own clock: the wall's may jump, and nothing may age for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

# Decisions are made every few seconds: what lies further apart was no step of time alone.
LONGEST_STEP_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class OwnClock:
    """Seconds that have passed between decisions. `step` is the last one's length.

    It is 0 where the time between two decisions is not known: at the first one, and where the
    wall's clock went back or leapt ahead.
    """

    wall: datetime | None = None
    seconds: float = 0.0
    step: float = 0.0

    def advance(self, now: datetime) -> OwnClock:
        """Return the clock at a decision."""
        step = (now - self.wall).total_seconds() if self.wall else 0.0
        if not 0.0 < step <= LONGEST_STEP_SECONDS:
            step = 0.0
        return OwnClock(now, self.seconds + step, step)
