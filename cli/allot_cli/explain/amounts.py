"""Numbers, times and counts as people read them. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# From here on a number is said without a fraction.
WHOLE_FROM = 100
# Two of a unit are said in it, fewer in the next smaller one: "90 s ago", "2 min ago".
AT_LEAST = 2


def say_number(value: float) -> str:
    """Return a number with three digits that count, or all of a larger one's: 0.35, 2,710."""
    if value == int(value) or abs(value) >= WHOLE_FROM:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def say_duration(length: timedelta) -> str:
    """Return a length of time in the largest unit that it is a whole number of: 2 min, 24 h."""
    for unit, word in ((DAY, "days"), (HOUR, "h"), (MINUTE, "min")):
        least = AT_LEAST * unit if unit == DAY else unit
        if length >= least and not length % unit:
            return f"{length // unit} {word}"
    return f"{say_number(length.total_seconds())} s"


def say_age(at: datetime, now: datetime) -> str:
    """Return how long ago something was; clocks that differ make it "just now"."""
    age = now - at
    if age < timedelta(seconds=1):
        return "just now"
    for unit, word in ((DAY, "days"), (HOUR, "h"), (MINUTE, "min")):
        if age >= AT_LEAST * unit:
            return f"{age // unit} {word} ago"
    return f"{age // timedelta(seconds=1)} s ago"


def say_count(number: int, one: str, several: str = "") -> str:
    """Return a number of things: 1 allocation, 2 allocations."""
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"
