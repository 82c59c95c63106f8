"""The only reader of the wall clock."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the time in UTC, aware."""
    return datetime.now(UTC)
