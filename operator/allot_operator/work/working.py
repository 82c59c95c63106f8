"""The workers: take a key, make its pass, and see to it that it comes up again if need be."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from allot_cluster.errors import ClusterError, Unavailable
from allot_cluster.resources import Resource
from allot_operator.errors import GatherAgain
from allot_operator.judging.unfinished import TOLD_AFTER_FAILURES
from allot_operator.measures import Measures
from allot_operator.passes.surroundings import Result
from allot_operator.work.keys import Key
from allot_operator.work.work_queue import WorkQueue

logger = logging.getLogger(__name__)

# A pass is a dozen calls, each bounded by itself; this bounds their sum.
PASS_TIMEOUT_SECONDS = 60.0

TELLING_TIMEOUT_SECONDS = 20.0

Pass = Callable[[Key], Awaitable[Result]]
Tell = Callable[[Key, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Crew:
    """What workers are given: the queue, the passes by kind, and whom to tell of their ends.

    `drop` is told of objects that are gone, `tell` of what fails again and again.
    """

    queue: WorkQueue
    passes: Mapping[Resource, Pass]
    measures: Measures
    drop: Callable[[Key], None]
    tell: Tell


async def work(crew: Crew) -> None:
    """Make passes for ever, one at a time."""
    while True:
        key = await crew.queue.take()
        with crew.measures.pass_seconds.labels(key.resource.kind).time():
            outcome = await _attempt(crew, key)
        crew.measures.passes.labels(key.resource.kind, outcome).inc()
        crew.measures.waiting.set(len(crew.queue))


async def _attempt(crew: Crew, key: Key) -> str:
    """Make one pass; return the word for how it ended."""
    try:
        async with asyncio.timeout(PASS_TIMEOUT_SECONDS):
            result = await crew.passes[key.resource](key)
    except GatherAgain as error:
        logger.debug("%s: %s", key, error)
        crew.queue.fail(key)
        await _tell_if_lasting(crew, key, str(error))
        return "again"
    except (ClusterError, TimeoutError) as error:
        said = str(error) or "no answer in time"
        wait = crew.queue.fail(key, _asked_wait(error).total_seconds())
        logger.warning("%s: %s; again in %.1f s", key, said, wait)
        await _tell_if_lasting(crew, key, said)
        return "failed"
    except Exception as error:
        # A fault of ours in one object's pass must not end the passes of all others.
        wait = crew.queue.fail(key)
        logger.exception("%s: the pass failed; again in %.1f s", key, wait)
        await _tell_if_lasting(crew, key, f"a fault of Allot's own, which its log shows: {error!r}")
        return "failed"
    crew.queue.succeed(key)
    if result.is_gone:
        crew.drop(key)
    if result.look_again is not None:
        crew.queue.add(key, result.look_again)
    return "done"


async def _tell_if_lasting(crew: Crew, key: Key, why: str) -> None:
    """Have a failure told that has lasted; one that cannot be told is no further failure."""
    if crew.queue.failures(key) < TOLD_AFTER_FAILURES:
        return
    try:
        async with asyncio.timeout(TELLING_TIMEOUT_SECONDS):
            await crew.tell(key, why)
    except Exception:
        logger.exception("%s: that its passes fail could not be told", key)


def _asked_wait(error: Exception) -> timedelta:
    """Return how long the API server asked us to wait."""
    asked = error.retry_after if isinstance(error, Unavailable) else None
    return asked or timedelta(0)
