"""How many requests the gateway has in hand at once: a bound in memory and work."""

from __future__ import annotations

from types import TracebackType

from allot_gateway.access.faults import too_many


class InFlight:
    """Counts requests as a context manager; entering raises a 429 where there is no place."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.count = 0

    def __enter__(self) -> None:
        """Take a place."""
        if self.count >= self.most:
            raise too_many(self.most)
        self.count += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Give the place back."""
        self.count -= 1
