"""The only reader of the wall clock in this package."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def rfc3339() -> str:
    """Return the present moment as the API writes times, in whole seconds."""
    return now().strftime("%Y-%m-%dT%H:%M:%SZ")


def rfc3339_micro() -> str:
    """Return the present moment as the API writes MicroTime."""
    return now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
