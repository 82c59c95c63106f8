"""How often status follows a download: its bytes move all the time, and each write costs. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from allot_api.terms import ModelState
from allot_operator.facts.reports import Reading, Report

# A little below the time between two rounds of questions, so that each round may show it.
SHOW_EVERY = timedelta(seconds=4.5)
SHOW_PERCENT = 5


@dataclass(frozen=True, slots=True)
class Shown:
    """What a pod said as status shows it, and since when it shows these bytes."""

    reading: Reading
    since: datetime


def choose_shown(before: Shown | None, reading: Reading, now: datetime) -> Shown:
    """Return what status is to show now that a pod said this.

    All is shown at once but the bytes of a download that goes on: these every few seconds, or
    after a large step.
    """
    was = before.reading if before else None
    if before is None or not isinstance(was, Report) or not isinstance(reading, Report):
        return Shown(reading, now)
    if not _goes_on(was, reading) or _is_due(before.since, was, reading, now):
        return Shown(reading, now)
    kept = replace(reading, bytes_done=was.bytes_done, seconds_left=was.seconds_left)
    return Shown(kept, before.since)


def _goes_on(was: Report, report: Report) -> bool:
    is_same = (was.boot_id, was.bytes_total) == (report.boot_id, report.bytes_total)
    return is_same and was.state is report.state is ModelState.FETCHING


def _is_due(since: datetime, was: Report, report: Report, now: datetime) -> bool:
    step = abs((report.percent or 0) - (was.percent or 0))
    return now - since >= SHOW_EVERY or step >= SHOW_PERCENT
