"""Sees a request from its arrival to its end, whichever way it ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from allot_runtime.allocation import Allocation
from allot_runtime.outcomes import Outcome, classify
from allot_runtime.timeline import Timeline
from allot_runtime.tracing import Tracer


@contextmanager
def watch_request(
    allocation: Allocation, tracer: Tracer | None, headers: Mapping[str, str]
) -> Iterator[Timeline]:
    """Yield the timeline to fill in; records it with how the request ended."""
    timeline = Timeline(allocation.monotonic())
    outcome = Outcome.OK
    try:
        yield timeline
    except BaseException as error:
        outcome = classify(error)
        raise
    finally:
        ended = allocation.monotonic()
        allocation.meters.record_request(timeline, outcome, ended)
        if tracer is not None:
            tracer.record(timeline, outcome, ended, headers)
