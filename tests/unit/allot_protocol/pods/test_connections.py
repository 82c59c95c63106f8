"""Connections to a pod: kept, given up in time, and never mistaken for what they are not."""

from __future__ import annotations

import asyncio

import pytest

from allot_protocol.limits import KEEP_ALIVE_SECONDS
from allot_protocol.pods import connection as connecting
from allot_protocol.pods.answers import CutShort, Overdue, RawAnswer, Unanswered
from allot_protocol.pods.pool import IDLE_SECONDS, PodPool
from allot_protocol.pods.requests import build_head
from tests.fakes.stub_pod import Asked, Behaviour, StubPod, a_stub_pod

HEADERS = (("Content-Type", "application/json"),)


async def post(pool: PodPool, body: bytes = b"{}", seconds: float = 5.0) -> RawAnswer:
    return await pool.post("/x", HEADERS, body, asyncio.get_running_loop().time() + seconds)


def a_pool(pod: StubPod) -> PodPool:
    return PodPool(pod.host, pod.port)


def sends(raw: bytes, *, ends: bool = False) -> Behaviour:
    async def behave(asked: Asked) -> None:
        asked.writer.write(raw)
        await asked.writer.drain()
        if ends:
            asked.writer.close()

    return behave


def test_a_head_is_what_a_pod_reads() -> None:
    assert build_head("/a?b=1", "10.0.0.1:8080", HEADERS, 2) == (
        b"POST /a?b=1 HTTP/1.1\r\nHost: 10.0.0.1:8080\r\nContent-Length: 2\r\n"
        b"Content-Type: application/json\r\n\r\n"
    )


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        ("/a b", ()),
        ("/a\r\nX: 1", ()),
        ("/é", ()),
        ("/a", (("X", "1\r\nY: 2"),)),
        ("/a", (("X\nY", "1"),)),
        ("/a", (("X", "1\0"),)),
    ],
)
def test_what_would_be_read_as_more_is_not_sent(
    target: str, headers: tuple[tuple[str, str], ...]
) -> None:
    with pytest.raises(ValueError, match=r"header|target"):
        build_head(target, "h", headers, 0)


async def test_what_the_pod_says_beside_its_answer_is_read() -> None:
    answer = (
        b"HTTP/1.1 200 OK\r\nX-Allot-Tokens: 12\r\nx-allot-waiting-tokens: 340\r\n"
        b"X-ALLOT-PASS-TOKENS: many\r\ncontent-type: a/b\r\ncontent-length: 2\r\n\r\n[]"
    )
    async with a_stub_pod(sends(answer)) as pod:
        found = await post(a_pool(pod))

    assert found == RawAnswer(200, "a/b", None, 12, 340, None, b"[]")


async def test_an_answer_in_chunks_is_put_together() -> None:
    answer = (
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    async with a_stub_pod(sends(answer)) as pod:
        pool = a_pool(pod)
        found = [(await post(pool)).body for _ in range(2)]

    assert found == [b"abcde", b"abcde"]
    assert pod.connections == 1


async def test_a_connection_that_the_pod_ends_is_not_used_again() -> None:
    answer = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
    async with a_stub_pod(sends(answer)) as pod:
        pool = a_pool(pod)
        await post(pool)
        await post(pool)

    assert pod.connections == 2


@pytest.mark.parametrize(
    ("raw", "ends"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf", True),
        (b"HTTP/1.1 200", True),
        (b"not http at all\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\nx: " + b"y" * connecting.MOST_HEAD_BYTES + b"\r\n\r\n", False),
    ],
)
async def test_what_began_and_is_no_answer_is_told_so(raw: bytes, ends: bool) -> None:
    async with a_stub_pod(sends(raw, ends=ends)) as pod:
        pool = a_pool(pod)
        with pytest.raises(CutShort):
            await post(pool)

    assert pool.idle_connections == 0


async def test_nothing_of_an_answer_is_told_so() -> None:
    async with a_stub_pod(sends(b"", ends=True)) as pod:
        with pytest.raises(Unanswered) as failed:
            await post(a_pool(pod))

    assert failed.value.was_sent
    assert not failed.value.was_stale


async def test_who_cannot_be_reached_was_not_asked() -> None:
    async with a_stub_pod() as pod:
        await pod.kill()
        with pytest.raises(Unanswered) as failed:
            await post(a_pool(pod))

    assert not failed.value.was_sent


async def test_a_late_answer_ends_the_connection() -> None:
    async def late(asked: Asked) -> None:
        await asked.left.wait()

    async with a_stub_pod(late) as pod:
        with pytest.raises(Overdue):
            await post(a_pool(pod), seconds=0.02)
        await asyncio.wait_for(pod.inferences[0].left.wait(), 1)


async def test_a_connection_that_was_closed_while_it_was_idle_costs_nothing() -> None:
    async with a_stub_pod() as pod:
        pool = a_pool(pod)
        await post(pool)
        pod.hang_up()
        await asyncio.sleep(0.01)
        answer = await post(pool)

    assert answer.status == 200
    assert pod.connections == 2


async def test_a_request_on_its_way_to_a_closed_connection_is_sent_by_a_fresh_one() -> None:
    async with a_stub_pod() as pod:
        pool = a_pool(pod)
        await post(pool)
        # As if it had been idle for long: its end is on the way when the request is sent.
        pool._idle[0].idle_since -= 2 * connecting.STALE_AFTER_SECONDS
        pod.hang_up()
        answer = await post(pool)

    assert answer.status == 200
    assert len(pod.inferences) == 2


async def test_idle_connections_are_closed_before_the_pod_does() -> None:
    async with a_stub_pod() as pod:
        pool = a_pool(pod)
        await post(pool)
        loop = asyncio.get_running_loop()
        pool.prune(loop.time() + IDLE_SECONDS - 0.1)
        kept = pool.idle_connections
        pool.prune(loop.time() + IDLE_SECONDS + 0.1)

    assert (kept, pool.idle_connections) == (1, 0)
    assert IDLE_SECONDS < KEEP_ALIVE_SECONDS


async def test_what_nobody_asked_for_ends_a_connection() -> None:
    async def twice(asked: Asked) -> None:
        asked.answer(200, b"1")
        asked.answer(200, b"another's")

    async with a_stub_pod(twice) as pod:
        pool = a_pool(pod)
        bodies = []
        for _ in range(3):
            bodies.append((await post(pool)).body)
            await asyncio.sleep(0.01)

    assert bodies == [b"1"] * 3
    assert pod.connections == 3
