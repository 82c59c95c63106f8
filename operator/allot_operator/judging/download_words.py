"""A download in words: how many of its bytes are there, and how long the rest takes. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from allot_operator.facts.reports import Report

MEGABYTE = 10**6
MINUTE, HOUR = 60, 3600
# Up to twice a unit, the smaller one says more.
PATIENCE = 2
STEP_SECONDS = 5


def describe_download(report: Report) -> str:
    """Return bytes, total and time left: "312 of 1204 MB, about 40 s left"."""
    if not report.bytes_total:
        return ""
    text = f"{report.bytes_done // MEGABYTE} of {report.bytes_total // MEGABYTE} MB"
    if report.seconds_left is None:
        return text
    return f"{text}, about {describe_duration(report.seconds_left)} left"


def describe_percent(reports: Sequence[Report]) -> str:
    """Return how far the farthest pod is: "Downloading 43%"."""
    percents = [one.percent for one in reports if one.percent is not None]
    return f"Downloading {max(percents)}%" if percents else "Downloading"


def describe_duration(seconds: float) -> str:
    """Return a time as roughly as it is known: in steps of 5 s, then minutes, then hours."""
    if seconds < PATIENCE * MINUTE:
        return f"{max(1, round(seconds / STEP_SECONDS)) * STEP_SECONDS} s"
    if seconds < PATIENCE * HOUR:
        return f"{round(seconds / MINUTE)} min"
    return f"{round(seconds / HOUR)} h"
