"""The wait for a start, where the watch lags, is silent, or the API server is away."""

from __future__ import annotations

import asyncio
from typing import Any

from allot_cluster.declared import Endpoint, read_endpoint
from allot_cluster.errors import Unavailable
from allot_cluster.resources import INFERENCE_ENDPOINTS
from allot_gateway.starting import Failed, Outcome, Pending, Started, Starter, Watched
from allot_gateway.waking import Bell
from allot_protocol.errors import ErrorType, RequestFault
from tests.fakes.cluster import FakeCluster
from tests.unit.allot_gateway.builders import a_condition, an_endpoint

KEY = "the key"


class Scene:
    """An endpoint that was made, a view that shows what it is told, and a clock by hand."""

    def __init__(self) -> None:
        self.cluster, self.bell = FakeCluster(), Bell()
        self.made = read_endpoint(self.cluster.add(INFERENCE_ENDPOINTS, an_endpoint("e")))
        self.shown: Endpoint | None = None
        self.time = 0.0

    @property
    def starter(self) -> Starter:
        return Starter(self.cluster, self.bell, lambda: self.time)

    async def wait(self, seconds: float = 10.0) -> Outcome[Endpoint]:
        watched = Watched(KEY, lambda: self.shown, read_endpoint, judge)
        return await self.starter.wait(self.made, watched, seconds)

    def show(self, endpoint: Endpoint | None) -> None:
        self.shown = endpoint
        self.bell.ring(KEY)

    def accepted(self) -> Endpoint:
        manifest: dict[str, Any] = self.cluster.peek(INFERENCE_ENDPOINTS, "default", "e") or {}
        status = {"conditions": [a_condition("Accepted", "True", "Accepted")]}
        return read_endpoint({**manifest, "status": status})


def judge(endpoint: Endpoint) -> Outcome[Endpoint]:
    return Started(endpoint) if endpoint.was_accepted else Pending()


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_ends_as_soon_as_the_view_shows_it() -> None:
    scene = Scene()
    waiting = asyncio.create_task(scene.wait())
    await settle()
    scene.show(scene.made)
    await settle()
    was_done = waiting.done()

    scene.show(scene.accepted())

    assert not was_done
    assert await waiting == Started(scene.accepted())
    assert scene.cluster.calls == []


async def test_a_view_that_shows_nothing_yet_means_nothing() -> None:
    scene = Scene()
    scene.show(None)
    waiting = asyncio.create_task(scene.wait())
    await settle()

    scene.show(scene.accepted())

    assert isinstance(await waiting, Started)


async def test_what_was_shown_and_is_not_any_more_is_asked_for() -> None:
    scene = Scene()
    scene.show(scene.made)
    waiting = asyncio.create_task(scene.wait())
    await settle()
    await scene.cluster.delete(INFERENCE_ENDPOINTS, "default", "e")

    scene.show(None)

    outcome = await waiting
    assert isinstance(outcome, Failed)
    assert outcome.fault.kind is ErrorType.CONFLICT


async def test_at_the_deadline_the_api_server_has_the_last_word() -> None:
    scene = Scene()
    status = {"conditions": [a_condition("Accepted", "True", "Accepted")]}
    made = scene.cluster.peek(INFERENCE_ENDPOINTS, "default", "e")
    assert made is not None
    await scene.cluster.replace(
        INFERENCE_ENDPOINTS, {**made, "status": status}, subresource="status"
    )

    assert isinstance(await scene.wait(0.01), Started)


async def test_without_the_api_server_the_wait_ends_at_the_deadline() -> None:
    scene = Scene()
    scene.cluster.away = True
    waiting = asyncio.create_task(scene.wait(0.01))
    await settle()

    scene.time = 1.0

    assert await waiting == Pending()


async def test_what_cannot_be_taken_back_is_told() -> None:
    scene = Scene()
    scene.cluster.fail("delete", Unavailable("away"))

    told = await scene.starter.take_back(scene.made, RequestFault(ErrorType.CONFLICT, "no"))

    assert told.message == "no; it could not be deleted: away"


async def test_a_successor_is_not_taken_back() -> None:
    scene = Scene()
    await scene.cluster.delete(INFERENCE_ENDPOINTS, "default", "e")
    scene.cluster.add(INFERENCE_ENDPOINTS, an_endpoint("e"))

    await scene.starter.take_back(scene.made, RequestFault(ErrorType.CONFLICT, "no"))

    assert scene.cluster.peek(INFERENCE_ENDPOINTS, "default", "e") is not None
