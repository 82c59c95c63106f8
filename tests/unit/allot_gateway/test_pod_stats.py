from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

from aiohttp import web

from allot_gateway.pod_stats import PodStats
from allot_gateway.view.workloads import ServingPod
from allot_protocol.pods.stats import StatsAsker
from tests.fakes.stats_server import HOST, serving_stats

GONE = 1


async def give_token(namespace: str) -> str | None:
    return f"of-{namespace}"


@asynccontextmanager
async def a_pod(status: int, text: str, seen: list[str]) -> AsyncIterator[ServingPod]:
    async def stats(request: web.Request) -> web.Response:
        seen.append(request.headers.get("authorization", ""))
        return web.Response(text=text, status=status)

    async with serving_stats(stats) as port:
        yield a_place(port)


def a_place(port: int) -> ServingPod:
    return ServingPod("uid", "default", "pod-1", HOST, port, "node", is_routable=True)


async def ask(pod: ServingPod) -> object:
    with closing(StatsAsker(give_token)) as asker:
        return await PodStats(asker).read(pod)


async def test_a_pod_says_what_it_has_done_to_who_has_the_token() -> None:
    seen: list[str] = []
    async with a_pod(200, '{"boot_id": "b"}', seen) as pod:
        said = await ask(pod)

    assert said == {"boot_id": "b"}
    assert seen == ["Bearer of-default"]


async def test_a_pod_that_says_nothing_of_use_is_left_out() -> None:
    async with a_pod(503, "{}", []) as pod:
        assert await ask(pod) is None
    async with a_pod(200, "no JSON", []) as pod:
        assert await ask(pod) is None
    assert await ask(a_place(GONE)) is None
