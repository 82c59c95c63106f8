"""A clock that moves when a test says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

START = datetime(2027, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Clock:
    seconds: float = 1000.0

    def now(self) -> float:
        return self.seconds

    def utc_now(self) -> datetime:
        return START + timedelta(seconds=self.seconds - 1000.0)
