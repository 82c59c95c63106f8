"""Elasticsearch's time values, such as 30s and 500ms. Pure."""

from __future__ import annotations

import re

# TimeValue's units: d h m s ms micros nanos.
_SECONDS = {
    "d": 86_400.0,
    "h": 3_600.0,
    "m": 60.0,
    "s": 1.0,
    "ms": 1e-3,
    "micros": 1e-6,
    "nanos": 1e-9,
}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(d|h|ms|micros|nanos|m|s)")


def parse_duration_seconds(text: str) -> float | None:
    """Return a time value in seconds; None for what is not one."""
    match = _DURATION.fullmatch(text.strip().lower())
    return float(match[1]) * _SECONDS[match[2]] if match else None
