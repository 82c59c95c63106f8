"""How often a key may come: a bucket that fills at a rate and holds a burst. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

from allot_api.api_keys import RateLimit


@dataclass(slots=True)
class TokenBucket:
    """One key's bucket; `level` tokens lay in it at the second `at`.

    It is full at first. Each request takes one token; one that finds none takes nothing, so that
    whoever keeps trying is served no later for it.
    """

    limit: RateLimit
    level: float
    at: float

    @classmethod
    def full(cls, limit: RateLimit, now: float) -> TokenBucket:
        """Return a full bucket."""
        return cls(limit, limit.burst, now)

    def take(self, now: float) -> int:
        """Take one token; return 0, or the whole seconds after which there is one."""
        passed = max(0.0, now - self.at)
        self.level = min(self.limit.burst, self.level + passed * self.limit.requests_per_second)
        self.at = max(self.at, now)
        if self.level >= 1.0:
            self.level -= 1.0
            return 0
        return max(1, math.ceil((1.0 - self.level) / self.limit.requests_per_second))
