"""Requests to a deployment at zero: held, started by one write, answered in order, or refused."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from allot_api.names import SCALER_MANAGER
from allot_cluster.errors import Unavailable
from allot_cluster.resources import DEPLOYMENTS, MODEL_DEPLOYMENTS
from allot_gateway.routing.bounds import Bounds
from allot_gateway.routing.router import Router
from allot_protocol.errors import ErrorType, RequestFault
from allot_protocol.priority import Priority
from tests.fakes.cluster import Call
from tests.fakes.stub_pod import Asked, a_stub_pod
from tests.unit.allot_gateway.routing.scene import KEY, NAME, Scene, a_call, a_scene

EXTERNAL: dict[str, Any] = {"scaling": {"policy": "external"}, "replicas": 0}


async def until_written(scene: Scene, writes: int = 1) -> None:
    async with asyncio.timeout(5):
        while len(scene.cluster.writes) < writes:  # noqa: ASYNC110  # the fake tells nobody
            await asyncio.sleep(0.002)


def see_workload(scene: Scene) -> None:
    workload = scene.cluster.peek(DEPLOYMENTS, "default", NAME)
    assert workload is not None
    scene.note(DEPLOYMENTS, workload)


async def test_many_requests_ask_for_one_allocation_and_are_answered_in_order() -> None:
    order: list[int] = []

    async def note(asked: Asked) -> None:
        order.append(int(asked.body))
        asked.answer(200)

    async with a_stub_pod(note) as pod, a_scene(target=0) as scene:
        asking = [
            asyncio.create_task(scene.send(body=str(number).encode(), characters=4 * number))
            for number in range(200)
        ]
        await until_written(scene)
        await asyncio.sleep(0.05)
        scene.see(pod)
        answers = await asyncio.gather(*asking)

    assert {answer.status for answer in answers} == {200}
    assert order == sorted(order)
    assert len(order) == 200
    assert scene.cluster.writes == [
        Call("replace", DEPLOYMENTS, "default", NAME, SCALER_MANAGER, "scale")
    ]
    workload = scene.cluster.peek(DEPLOYMENTS, "default", NAME)
    assert workload is not None
    assert workload["spec"]["replicas"] == 1
    reading = scene.router.read()[KEY]
    assert reading.measures.held == 200
    assert reading.measures.cold_starts.count == 1


async def test_searches_go_before_what_is_ingested_and_came_earlier() -> None:
    order: list[bytes] = []

    async def note(asked: Asked) -> None:
        order.append(asked.body)
        asked.answer(200)

    async with a_stub_pod(note) as pod, a_scene(target=0) as scene:
        ingest = asyncio.create_task(
            scene.send(body=b"ingest", characters=9000, priority=Priority.INGEST)
        )
        await asyncio.sleep(0.01)
        search = asyncio.create_task(scene.send(body=b"search"))
        await asyncio.sleep(0.01)
        scene.see(pod)
        await asyncio.gather(ingest, search)

    assert order == [b"search", b"ingest"]


async def test_two_gateways_ask_for_one_allocation() -> None:
    async with (
        a_stub_pod() as pod,
        a_scene(target=0) as scene,
        Router(scene.view, scene.cluster.another_access()) as other,
    ):
        asking = [
            asyncio.create_task(scene.send()),
            asyncio.create_task(other.send(KEY, a_call())),
        ]
        await until_written(scene)
        see_workload(scene)
        await asyncio.sleep(0.5)
        scene.see(pod)
        answers = await asyncio.gather(*asking)

    assert {answer.status for answer in answers} == {200}
    workload = scene.cluster.peek(DEPLOYMENTS, "default", NAME)
    assert workload is not None
    assert workload["metadata"]["generation"] == 2


async def test_an_api_server_that_is_away_is_asked_again() -> None:
    async with a_stub_pod() as pod, a_scene(target=0) as scene:
        scene.cluster.fail("replace", Unavailable("away"))
        asking = asyncio.create_task(scene.send())
        await until_written(scene)
        scene.see(pod)
        answer = await asking

    assert answer.status == 200
    assert [call.verb for call in scene.cluster.calls].count("replace") == 2


async def test_an_external_deployment_is_scaled_by_its_own_number() -> None:
    async with a_stub_pod() as pod, a_scene(target=0, **EXTERNAL) as scene:
        asking = asyncio.create_task(scene.send())
        await until_written(scene)
        scene.see(pod)
        await asking

    (write,) = scene.cluster.writes
    assert (write.verb, write.resource, write.subresource, write.field_manager) == (
        "replace",
        MODEL_DEPLOYMENTS,
        "scale",
        SCALER_MANAGER,
    )
    deployment = scene.cluster.peek(MODEL_DEPLOYMENTS, "default", "my-elser")
    assert deployment is not None
    assert deployment["spec"]["replicas"] == 1


async def test_time_that_is_up_is_told_with_what_the_start_does() -> None:
    async with a_scene(target=0) as scene:
        scene.say(model={"model_id": ".elser_model_2", "state": "Downloading 43%"})
        with pytest.raises(RequestFault) as refused:
            await scene.send(seconds=0.05, timeout_seconds=30)

    assert refused.value.status == 408
    assert refused.value.wire_type == "model_deployment_timeout_exception"
    assert refused.value.message == (
        "timeout [30s] waiting for an allocation of deployment [my-elser] to start: Downloading 43%"
    )


async def test_more_than_may_be_held_are_told_when_to_come_back() -> None:
    async with a_scene(target=0, bounds=Bounds(held_requests=3)) as scene:
        held = [asyncio.create_task(scene.send()) for _ in range(3)]
        await asyncio.sleep(0.01)
        with pytest.raises(RequestFault) as refused:
            await scene.send()
        inputs = scene.router.held_inputs("default")
        for task in held:
            task.cancel()
        await asyncio.gather(*held, return_exceptions=True)

    assert (refused.value.status, refused.value.retry_after_seconds) == (429, 30)
    assert inputs == {"my-elser": 3}
    assert json.dumps(scene.router.held_inputs("default")) == "{}"


def a_stall(message: str = "sha256 differs") -> list[dict[str, Any]]:
    return [
        {
            "type": "Stalled",
            "status": "True",
            "reason": "ChecksumMismatch",
            "message": message,
            "lastTransitionTime": "2026-01-01T00:00:00Z",
        }
    ]


async def test_a_start_that_stalls_ends_the_wait() -> None:
    async with a_scene(target=0) as scene:
        asking = asyncio.create_task(scene.send())
        await until_written(scene)
        scene.say(conditions=a_stall(), observedGeneration=1)
        with pytest.raises(RequestFault) as waited:
            await asking
        with pytest.raises(RequestFault) as came:
            await scene.send()

    assert waited.value.status == came.value.status == 409
    assert "sha256 differs" in waited.value.message


async def test_nobody_waits_for_what_nobody_declared() -> None:
    async with a_scene() as scene:
        with pytest.raises(RequestFault) as refused:
            await scene.router.send(type(KEY)("default", "unknown"), a_call())

    assert refused.value.kind is ErrorType.NOT_FOUND
    assert refused.value.status == 404


async def test_a_start_that_is_under_way_is_not_asked_for() -> None:
    async with a_stub_pod() as pod, a_scene(target=1) as scene:
        asking = asyncio.create_task(scene.send())
        await asyncio.sleep(0.05)
        scene.see(pod)
        await asking

    assert scene.cluster.writes == []
