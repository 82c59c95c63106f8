"""One connection through the load balancer, whatever either side does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from allot_local.node.balancing.forwarding import Streams, forward, reset
from allot_local.node.balancing.services import Place

HOST = "127.0.0.1"
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def answer_at_the_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read until the client has said all, and only then answer."""
    said = await reader.read()
    writer.write(said[::-1])
    writer.close()


async def stay_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say nothing; end when the client breaks off."""
    with suppress(ConnectionError):
        await reader.read()
    writer.close()


@asynccontextmanager
async def a_pod(serve: Serve) -> AsyncIterator[Place]:
    server = await asyncio.start_server(serve, HOST, 0)
    try:
        yield HOST, server.sockets[0].getsockname()[1]
    finally:
        server.close()


@asynccontextmanager
async def a_balancer(
    places: list[Place],
) -> AsyncIterator[tuple[Streams, asyncio.Queue[asyncio.Task[None]]]]:
    """A connection that is forwarded to the places, and the task that does it."""
    tasks: asyncio.Queue[asyncio.Task[None]] = asyncio.Queue()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.put_nowait(asyncio.create_task(forward((reader, writer), places)))

    async with a_pod(accept) as (host, port):  # type: ignore[arg-type]
        client = await asyncio.open_connection(host, port)
        try:
            yield client, tasks
        finally:
            client[1].transport.abort()


async def a_refusing_place() -> Place:
    async with a_pod(stay_silent) as place:
        return place


def test_an_answer_comes_after_the_client_has_ended_its_side() -> None:
    async def scene() -> bytes:
        async with a_pod(answer_at_the_end) as place, a_balancer([place]) as (client, tasks):
            reader, writer = client
            writer.write(b"x" * 300_000 + b"end")
            writer.write_eof()
            answered = await reader.read()
            await (await tasks.get())
            return answered

    assert asyncio.run(scene()) == b"dne" + b"x" * 300_000


def test_a_pod_that_refuses_is_skipped() -> None:
    async def scene() -> bytes:
        refusing = await a_refusing_place()
        async with (
            a_pod(answer_at_the_end) as place,
            a_balancer([refusing, place]) as ((reader, writer), _),
        ):
            writer.write(b"ab")
            writer.write_eof()
            return await reader.read()

    assert asyncio.run(scene()) == b"ba"


@pytest.mark.parametrize("count", [0, 1])
def test_a_client_for_whom_no_pod_is_there_is_cut_off(count: int) -> None:
    async def scene() -> None:
        places = [await a_refusing_place()] * count
        async with a_balancer(places) as ((reader, _), _tasks):
            await reader.read()

    with pytest.raises(ConnectionResetError):
        asyncio.run(asyncio.wait_for(scene(), 5))


def test_a_pod_that_breaks_off_breaks_the_client_off() -> None:
    async def break_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"half")
        await writer.drain()
        await reader.readexactly(1)
        reset(writer)

    async def scene() -> None:
        async with a_pod(break_off) as place, a_balancer([place]) as ((reader, writer), _):
            assert await reader.readexactly(4) == b"half"
            writer.write(b"x")
            await reader.read()

    with pytest.raises(ConnectionResetError):
        asyncio.run(asyncio.wait_for(scene(), 5))


def test_a_client_that_breaks_off_frees_the_pod() -> None:
    async def scene() -> None:
        freed = asyncio.Event()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await stay_silent(reader, writer)
            freed.set()

        async with a_pod(serve) as place, a_balancer([place]) as ((_, writer), tasks):
            task = await tasks.get()
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)
            reset(writer)
            await freed.wait()
            await task

    asyncio.run(asyncio.wait_for(scene(), 5))


def test_a_cancellation_cuts_both_sides_off() -> None:
    async def scene() -> None:
        async with a_pod(stay_silent) as place, a_balancer([place]) as ((reader, writer), tasks):
            task = await tasks.get()
            writer.write(b"x")
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await reader.read()

    with pytest.raises(ConnectionResetError):
        asyncio.run(asyncio.wait_for(scene(), 5))
