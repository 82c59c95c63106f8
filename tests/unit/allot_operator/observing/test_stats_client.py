"""The client against small servers of this process, on loopback."""

from __future__ import annotations

import asyncio
import json
from contextlib import closing

import pytest
from aiohttp import web

from allot_api.terms import ModelState
from allot_operator.facts.reports import NotKnown, Reading, Report
from allot_operator.observing.stats_client import MAX_CONCURRENT, StatsClient, ask_all
from allot_protocol.pods.stats import StatsAsker
from tests.fakes.stats_server import HOST, serving_stats

STATS = {
    "boot_id": "b",
    "model": {"state": "ready", "digest": "sha256:1"},
    "threads": {"num_threads": 2, "quota": 1.5},
    "work": {"forward_passes": 3},
}


async def ask(port: int) -> Reading:
    with closing(StatsAsker()) as asker:
        return await StatsClient(asker, port).read(HOST, "a")


async def test_a_pod_that_answers_is_reported() -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.json_response(STATS)

    async with serving_stats(answer) as port:
        report = await ask(port)

    assert isinstance(report, Report)
    assert (report.state, report.num_threads, report.quota) == (ModelState.READY, 2, 1.5)
    assert report.work.forward_passes == 3


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, json.dumps(STATS)), (200, "no JSON"), (200, "{}"), (302, ""), (200, "x" * 10**6)],
)
async def test_any_other_answer_is_not_known(status: int, body: str) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status, text=body, headers={"Location": "/stats"})

    async with serving_stats(answer) as port:
        assert isinstance(await ask(port), NotKnown)


async def test_nobody_there_is_not_known() -> None:
    assert isinstance(await ask(1), NotKnown)


class Crowd:
    """Pods of which each says what its address is; it counts how many are asked at once."""

    def __init__(self) -> None:
        self.now = self.most = 0

    async def read(self, ip: str, namespace: str) -> Reading:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)
        self.now -= 1
        return NotKnown(f"{namespace}/{ip}")


async def test_all_are_asked_in_order_and_not_all_at_once() -> None:
    crowd = Crowd()
    ips = [str(number) for number in range(10 * MAX_CONCURRENT)]

    answers = await ask_all(crowd, ((ip, "a") for ip in ips))

    assert answers == [NotKnown(f"a/{ip}") for ip in ips]
    assert crowd.most == MAX_CONCURRENT
    assert await ask_all(crowd, []) == []
