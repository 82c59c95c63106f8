"""Many questions to pods, against small servers of this process, on loopback."""

from __future__ import annotations

import asyncio
from contextlib import closing

import pytest
from aiohttp import web

from allot_protocol.pods.pool import IDLE_SECONDS
from allot_protocol.pods.stats import MOST_BODY_BYTES, NoStats, StatsAsker
from tests.fakes.stats_server import HOST, serving_stats


async def answer_ok(_: web.Request) -> web.Response:
    return web.Response(text="{}")


async def test_the_namespaces_token_is_shown_if_there_is_one() -> None:
    tokens = {"guarded": "secret"}
    shown: list[str | None] = []

    async def fetch_token(namespace: str) -> str | None:
        return tokens.get(namespace)

    async def answer(request: web.Request) -> web.Response:
        shown.append(request.headers.get("Authorization"))
        return web.Response(text="{}")

    async with serving_stats(answer) as port:
        with closing(StatsAsker(fetch_token)) as asker:
            assert await asker.ask("guarded", HOST, port) == b"{}"
            assert await asker.ask("open", HOST, port) == b"{}"

    assert shown == ["Bearer secret", None]


async def test_a_token_that_would_end_its_line_is_not_sent() -> None:
    async def fetch_token(_: str) -> str | None:
        return "secret\r\nX-Other: header"

    async with serving_stats(answer_ok) as port:
        with (
            closing(StatsAsker(fetch_token)) as asker,
            pytest.raises(NoStats, match="end of a line"),
        ):
            await asker.ask("a", HOST, port)


async def test_a_pod_is_asked_over_the_connection_of_the_last_time_unless_that_is_long_ago() -> (
    None
):
    callers: list[object] = []

    async def answer(request: web.Request) -> web.Response:
        assert request.transport is not None
        callers.append(request.transport.get_extra_info("peername"))
        return web.Response(text="{}")

    async with serving_stats(answer) as port:
        with closing(StatsAsker()) as asker:
            for _ in range(3):
                await asker.ask("a", HOST, port)
            assert len(set(callers)) == 1

            asker.prune(asyncio.get_running_loop().time() + IDLE_SECONDS + 1)
            await asker.ask("a", HOST, port)

    assert len(set(callers)) == 2


async def test_a_pod_that_started_anew_at_its_address_is_asked_anew() -> None:
    with closing(StatsAsker()) as asker:
        async with serving_stats(answer_ok) as port:
            await asker.ask("a", HOST, port)
        await asyncio.sleep(0.05)
        with pytest.raises(NoStats):
            await asker.ask("a", HOST, port)
        async with serving_stats(answer_ok, port):
            assert await asker.ask("a", HOST, port) == b"{}"


@pytest.mark.parametrize("status", [302, 401, 404, 500])
async def test_another_status_is_said(status: int) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": "/stats"})

    async with serving_stats(answer) as port:
        with closing(StatsAsker()) as asker, pytest.raises(NoStats, match=f"answered {status}"):
            await asker.ask("a", HOST, port)


async def test_what_is_too_large_is_not_taken() -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(text="x" * (MOST_BODY_BYTES + 1))

    async with serving_stats(answer) as port:
        with closing(StatsAsker()) as asker, pytest.raises(NoStats, match="too large"):
            await asker.ask("a", HOST, port)


async def test_a_pod_that_hangs_is_not_waited_for() -> None:
    async def hang(_: web.Request) -> web.Response:
        await asyncio.sleep(60)
        raise AssertionError

    async with serving_stats(hang) as port:
        with closing(StatsAsker()) as asker, pytest.raises(NoStats, match="in time"):
            await asker.ask("a", HOST, port)


async def test_nobody_there_is_said() -> None:
    with closing(StatsAsker()) as asker, pytest.raises(NoStats, match="no connection"):
        await asker.ask("a", HOST, 1)
