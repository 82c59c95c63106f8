"""The one reader of the wall clock."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the time in UTC, for stamps that people read; no decision rests on it."""
    return datetime.now(UTC)
