from __future__ import annotations

import asyncio

import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message

from allot_protocol.departing import while_client_waits


async def test_work_for_a_client_that_left_is_cancelled() -> None:
    started, cancelled = asyncio.Event(), asyncio.Event()

    async def work() -> dict[str, int]:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        return {}

    async def receive() -> Message:
        await started.wait()
        return {"type": "http.disconnect"}

    with pytest.raises(ClientDisconnect):
        await while_client_waits(receive, work(), after=0)

    assert cancelled.is_set()


async def stay() -> Message:
    await asyncio.Event().wait()
    return {"type": "http.disconnect"}


async def leave() -> Message:
    return {"type": "http.disconnect"}


async def test_what_is_done_in_time_is_returned_and_nobody_was_asked() -> None:
    async def work() -> int:
        return 7

    async def ask() -> Message:
        raise AssertionError("asked whether the client is there")

    assert await while_client_waits(ask, work(), after=10) == 7


async def test_a_client_that_stays_gets_its_answer() -> None:
    async def work() -> int:
        await asyncio.sleep(0.02)
        return 7

    assert await while_client_waits(stay, work(), after=0) == 7


async def test_the_workers_own_cancelling_stays_one() -> None:
    began = asyncio.Event()

    async def work() -> None:
        began.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(while_client_waits(stay, work(), after=0))
    await began.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_after_a_client_left_its_task_is_cancelled_no_longer() -> None:
    async def work() -> None:
        await asyncio.Event().wait()

    with pytest.raises(ClientDisconnect):
        await while_client_waits(leave, work(), after=0)

    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
