"""Times as Elasticsearch's settings write them: a whole number and a unit, such as "2m"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

# Five digits: a day in seconds, or centuries in days, which no date ends up out of range by.
TIME_VALUE_PATTERN = "^[0-9]{1,5}[smhd]$"
SECONDS_BY_UNIT: Mapping[str, int] = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def parse_time_value(text: str) -> timedelta | None:
    """Return how long a text means, or None if it is not a time value: "2m" is 120 s."""
    if re.fullmatch(TIME_VALUE_PATTERN, text) is None:
        return None
    return timedelta(seconds=int(text[:-1]) * SECONDS_BY_UNIT[text[-1]])
