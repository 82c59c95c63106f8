from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from allot_cluster.errors import Forbidden, Unavailable
from allot_cluster.resources import MODEL_DEPLOYMENTS
from allot_operator.errors import GatherAgain
from allot_operator.judging.unfinished import TOLD_AFTER_FAILURES
from allot_operator.measures import Measures
from allot_operator.passes.surroundings import DONE, GONE, Result
from allot_operator.work.keys import Key
from allot_operator.work.work_queue import WorkQueue
from allot_operator.work.working import Crew, work

A, B = Key(MODEL_DEPLOYMENTS, "n", "a"), Key(MODEL_DEPLOYMENTS, "n", "b")


class Floor:
    """One worker, what it made passes over, and what it was told is gone."""

    def __init__(self, *outcomes: Result | Exception) -> None:
        self.queue, self.measures = WorkQueue(), Measures()
        self.outcomes = list(outcomes)
        self.passes: list[Key] = []
        self.dropped: list[Key] = []
        self.told: list[str] = []
        self.done = asyncio.Event()

    async def make_pass(self, key: Key) -> Result:
        self.passes.append(key)
        outcome = self.outcomes.pop(0) if self.outcomes else DONE
        if not self.outcomes:
            self.done.set()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def tell(self, key: Key, why: str) -> None:
        self.told.append(why)

    def count(self, outcome: str) -> float:
        value = self.measures.registry.get_sample_value(
            "allot_operator_passes_total", {"kind": "ModelDeployment", "outcome": outcome}
        )
        return value or 0.0


@asynccontextmanager
async def at_work(floor: Floor) -> AsyncIterator[None]:
    passes = {MODEL_DEPLOYMENTS: floor.make_pass}
    crew = Crew(floor.queue, passes, floor.measures, floor.dropped.append, floor.tell)
    worker = asyncio.create_task(work(crew))
    try:
        yield
    finally:
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)


async def test_keys_are_worked_on_in_the_order_in_which_they_are_due() -> None:
    floor = Floor(DONE, DONE)
    floor.queue.add(A)
    floor.queue.add(B)

    async with at_work(floor):
        await asyncio.wait_for(floor.done.wait(), 5)

    assert floor.passes == [A, B]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (GatherAgain("moved on"), "again"),
        (Unavailable("away"), "failed"),
        (KeyError("x"), "failed"),
    ],
)
async def test_a_pass_that_fails_is_made_again(error: Exception, outcome: str) -> None:
    floor = Floor(error, DONE)
    floor.queue.add(A)

    async with at_work(floor):
        await asyncio.wait_for(floor.done.wait(), 5)
        await asyncio.sleep(0)

    assert floor.passes == [A, A]
    assert (floor.count(outcome), floor.count("done")) == (1, 1)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (GatherAgain("a former one is being removed"), "a former one"),
        (Forbidden("pods is forbidden"), "pods is forbidden"),
        (TimeoutError(), "no answer in time"),
        (KeyError("x"), "a fault of Allot's own"),
    ],
)
async def test_what_fails_again_and_again_is_told_with_its_reason(
    error: Exception, words: str
) -> None:
    (told,) = await tell_after(TOLD_AFTER_FAILURES, error)

    assert words in told


async def test_what_may_be_over_soon_is_not_told() -> None:
    assert await tell_after(TOLD_AFTER_FAILURES - 1, Forbidden("for a moment")) == []


async def tell_after(failures: int, error: Exception) -> list[str]:
    """Return what is told once so many passes in a row have failed."""
    floor = Floor(error)
    for _ in range(failures - 1):
        floor.queue.fail(A)
    floor.queue.add(A)
    async with at_work(floor):
        await asyncio.wait_for(floor.done.wait(), 5)
        await asyncio.sleep(0.01)
    return floor.told


async def test_an_api_server_that_asks_for_patience_gets_it() -> None:
    floor = Floor(Unavailable("busy", retry_after=timedelta(minutes=1)))
    floor.queue.add(A)

    async with at_work(floor):
        await asyncio.wait_for(floor.done.wait(), 5)
        await asyncio.sleep(0.01)

    assert floor.passes == [A]
    assert len(floor.queue) == 1


async def test_an_object_that_is_gone_is_told() -> None:
    floor = Floor(GONE)
    floor.queue.add(A)

    async with at_work(floor):
        await asyncio.wait_for(floor.done.wait(), 5)
        await asyncio.sleep(0.01)

    assert floor.dropped == [A]


async def test_a_pass_may_ask_to_be_made_again_later() -> None:
    floor = Floor(Result(look_again=60.0))
    floor.queue.add(A)

    async with at_work(floor):
        await asyncio.wait_for(floor.done.wait(), 5)
        await asyncio.sleep(0.01)

    assert (len(floor.queue), floor.queue.oldest_wait()) == (1, 0.0)
