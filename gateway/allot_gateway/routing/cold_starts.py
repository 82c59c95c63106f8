"""How long a deployment's starts from nothing took, and what that says about the next. Pure."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

# Upper bounds in seconds: from a small model in the node's cache to a large one that is fetched.
BUCKETS = (1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0)
# Nobody has seen one start: a pod with a small model is there in ten seconds, a large one takes
# minutes. Who comes back too early is told anew.
UNSEEN_SECONDS = 30
REMEMBERED = 20
LEAST_SECONDS, MOST_SECONDS = 1, 600


@dataclass(slots=True)
class ColdStarts:
    """A histogram: `counts` by bucket, the last one for what is above all bounds."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    count: int = 0
    seconds: float = 0.0
    began: float | None = None
    _last: deque[float] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def begin(self, now: float) -> None:
        """Note that a request waits and no pod serves; a start that has begun goes on."""
        if self.began is None:
            self.began = now

    def end(self, now: float) -> float | None:
        """Note that a pod serves; return the seconds that it took, if somebody waited for it."""
        if self.began is None:
            return None
        seconds, self.began = now - self.began, None
        index = next((at for at, bound in enumerate(BUCKETS) if seconds <= bound), len(BUCKETS))
        self.counts[index] += 1
        self.count += 1
        self.seconds += seconds
        self._last.append(seconds)
        return seconds

    def abandon(self) -> None:
        """Note that nobody waits any more."""
        self.began = None

    def estimate_left(self, now: float) -> int:
        """Return the seconds until a pod serves, by the median of the last starts; at least one.

        A start that takes longer than that is thought to take half as long again.
        """
        passed = 0.0 if self.began is None else now - self.began
        if not self._last:
            usual = float(UNSEEN_SECONDS)
        else:
            usual = sorted(self._last)[len(self._last) // 2]
        left = usual - passed if passed < usual else passed / 2
        return max(LEAST_SECONDS, min(MOST_SECONDS, math.ceil(left)))
