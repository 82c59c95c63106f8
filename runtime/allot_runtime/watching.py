"""Sees a request from its arrival to its end, whichever way it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from allot_runtime.allocation import Allocation
from allot_runtime.outcomes import Outcome, classify
from allot_runtime.timeline import Timeline


@contextmanager
def watch_request(allocation: Allocation) -> Iterator[Timeline]:
    """Yield the timeline to fill in; records it with how the request ended."""
    timeline = Timeline(allocation.monotonic())
    outcome = Outcome.OK
    try:
        yield timeline
    except BaseException as error:
        outcome = classify(error)
        raise
    finally:
        allocation.meters.record_request(timeline, outcome, allocation.monotonic())
