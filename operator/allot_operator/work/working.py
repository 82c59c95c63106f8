"""The workers: take a key, make its pass, and see to it that it comes up again if need be."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from allot_cluster.errors import ClusterError, Unavailable
from allot_cluster.resources import Resource
from allot_operator.errors import GatherAgain
from allot_operator.measures import Measures
from allot_operator.passes.surroundings import Result
from allot_operator.work.keys import Key
from allot_operator.work.work_queue import WorkQueue

logger = logging.getLogger(__name__)

# A pass is a dozen calls, each bounded by itself; this bounds their sum.
PASS_TIMEOUT_SECONDS = 60.0

Pass = Callable[[Key], Awaitable[Result]]


async def work(
    queue: WorkQueue,
    passes: Mapping[Resource, Pass],
    measures: Measures,
    drop: Callable[[Key], None],
) -> None:
    """Make passes for ever, one at a time; `drop` is told of objects that are gone."""
    while True:
        key = await queue.take()
        with measures.pass_seconds.labels(key.resource.kind).time():
            outcome = await _attempt(queue, key, passes[key.resource], drop)
        measures.passes.labels(key.resource.kind, outcome).inc()
        measures.waiting.set(len(queue))


async def _attempt(queue: WorkQueue, key: Key, make_pass: Pass, drop: Callable[[Key], None]) -> str:
    """Make one pass; return the word for how it ended."""
    try:
        async with asyncio.timeout(PASS_TIMEOUT_SECONDS):
            result = await make_pass(key)
    except GatherAgain as error:
        logger.debug("%s: %s", key, error)
        queue.fail(key)
        return "again"
    except (ClusterError, TimeoutError) as error:
        wait = queue.fail(key, _asked_wait(error).total_seconds())
        logger.warning("%s: %s; again in %.1f s", key, error or "no answer in time", wait)
        return "failed"
    except Exception:
        # A fault of ours in one object's pass must not end the passes of all others.
        wait = queue.fail(key)
        logger.exception("%s: the pass failed; again in %.1f s", key, wait)
        return "failed"
    queue.succeed(key)
    if result.is_gone:
        drop(key)
    if result.look_again is not None:
        queue.add(key, result.look_again)
    return "done"


def _asked_wait(error: Exception) -> timedelta:
    """Return how long the API server asked us to wait."""
    asked = error.retry_after if isinstance(error, Unavailable) else None
    return asked or timedelta(0)
