"""The only reader of the wall clock; durations are measured on time.monotonic."""

from __future__ import annotations

from datetime import UTC, datetime


def epoch_milliseconds() -> int:
    """Return the time in milliseconds since 1970, as Elasticsearch prints times."""
    return int(datetime.now(UTC).timestamp() * 1000)


def utc_now() -> datetime:
    """Return the time, aware, in UTC."""
    return datetime.now(UTC)
