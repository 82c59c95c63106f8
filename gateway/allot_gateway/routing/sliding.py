"""Sums over the last seconds, in ten steps. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

STEPS = 10


@dataclass(slots=True)
class SlidingSum:
    """What was added within the last `seconds`, to a tenth of them; time never goes back."""

    seconds: float
    _total: int = 0
    _steps: deque[list[int]] = field(default_factory=deque)

    def add(self, amount: int, now: float) -> None:
        """Add an amount."""
        step = int(now * STEPS / self.seconds)
        if not self._steps or self._steps[-1][0] != step:
            self._forget(step)
            self._steps.append([step, 0])
        self._steps[-1][1] += amount
        self._total += amount

    def read(self, now: float) -> int:
        """Return the sum."""
        self._forget(int(now * STEPS / self.seconds))
        return self._total

    def _forget(self, step: int) -> None:
        while self._steps and self._steps[0][0] <= step - STEPS:
            self._total -= self._steps.popleft()[1]
