"""How many requests may be sent a second time, so that trouble does not double the load. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from allot_gateway.routing.bounds import Bounds
from allot_gateway.routing.sliding import SlidingSum


@dataclass(slots=True)
class RetryBudget:
    """Counts requests and retries of the last seconds."""

    bounds: Bounds
    _requests: SlidingSum = field(init=False)
    _retries: SlidingSum = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing."""
        self._requests = SlidingSum(self.bounds.retry_window_seconds)
        self._retries = SlidingSum(self.bounds.retry_window_seconds)

    def count_request(self, now: float) -> None:
        """Count a request that is sent for the first time."""
        self._requests.add(1, now)

    def count_retry(self, now: float) -> None:
        """Count a request that is sent once more."""
        self._retries.add(1, now)

    def allows(self, now: float) -> bool:
        """Whether one more may be sent a second time at this moment."""
        allowed = self.bounds.retry_floor + self.bounds.retry_share * self._requests.read(now)
        return self._retries.read(now) + 1 <= allowed
