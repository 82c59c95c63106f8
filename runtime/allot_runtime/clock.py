"""The only reader of the wall clock; durations are measured on time.monotonic."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path

# proc(5): the fields of /proc/self/stat after the name, which may hold spaces; the 22nd of all.
START_TICKS_AFTER_NAME = 19


def epoch_milliseconds() -> int:
    """Return the time in milliseconds since 1970, as Elasticsearch prints times."""
    return int(datetime.now(UTC).timestamp() * 1000)


def utc_now() -> datetime:
    """Return the time, aware, in UTC."""
    return datetime.now(UTC)


def epoch_nanoseconds() -> int:
    """Return the time in nanoseconds since 1970, as OpenTelemetry counts it."""
    return time.time_ns()


def monotonic_seconds() -> float:
    """Return the time of a clock that nobody sets, in seconds since some moment."""
    return time.monotonic()


def read_process_age_seconds() -> float:
    """Return how long this process has been there, interpreter included; 0 if nobody says."""
    try:
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        began = int(fields[START_TICKS_AFTER_NAME]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return 0.0
    return max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - began)
