"""deployment/_start, _update and _stop."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from allot_api.names import derived_name
from allot_cluster.errors import Conflict
from allot_cluster.interface import Manifest
from allot_cluster.resources import MODEL_DEPLOYMENTS, PODS
from tests.unit.allot_gateway.builders import E5, ELSER, NAMESPACE, a_condition, a_deployment, a_pod
from tests.unit.allot_gateway.endpoints.test_creating import BODY
from tests.unit.allot_gateway.world import World, kind, reason


async def call(world: World, path: str, body: Any = None) -> httpx.Response:
    return await world.call("POST", f"/_ml/trained_models/{path}", body)


def only_deployment(world: World) -> Manifest:
    [made] = world.cluster.peek_all(MODEL_DEPLOYMENTS)
    return made


async def write_status(world: World, like: Manifest) -> None:
    """Write the status of another manifest to the one deployment there is."""
    made = only_deployment(world)
    status = {**like["status"], "observedGeneration": made["metadata"]["generation"]}
    await world.cluster.replace(
        MODEL_DEPLOYMENTS, {**made, "status": status}, subresource="status", field_manager="allot"
    )
    await world.settle()


async def start(world: World, path: str, like: Manifest, body: Any = None) -> httpx.Response:
    """Call _start, and be the operator that gives the deployment this status."""
    waiting = asyncio.create_task(call(world, path, body))
    for _ in range(5):
        await world.settle()
    await write_status(world, like)
    return await waiting


async def test_makes_a_deployment_and_answers_its_assignment(world: World) -> None:
    await world.have(PODS, a_pod(ELSER))

    answered = await start(
        world,
        f"{ELSER}/deployment/_start?number_of_allocations=2&threads_per_allocation=1",
        a_deployment(ELSER, ready=1, target=2),
    )

    assert answered.status_code == 200, answered.text
    assert only_deployment(world)["spec"] == {
        "deployment_id": ELSER,
        "model_id": ELSER,
        "num_threads": 1,
        "num_allocations": 2,
        "replicas": 1,
    }
    assert answered.json() == {
        "assignment": {
            "task_parameters": {
                "model_id": ELSER,
                "deployment_id": ELSER,
                "model_bytes": 470_641_600,
                "threads_per_allocation": 1,
                "number_of_allocations": 2,
                "queue_capacity": 10_000,
                "cache_size": "0b",
                "priority": "normal",
            },
            "routing_table": {
                "uid-pod-1": {
                    "routing_state": "started",
                    "reason": "",
                    "current_allocations": 1,
                    "target_allocations": 1,
                }
            },
            "assignment_state": "started",
            "start_time": "2026-01-01T00:00:00.000Z",
            "max_assigned_allocations": 1,
        }
    }


async def test_bounds_come_in_the_body(world: World) -> None:
    bounds = {"enabled": True, "min_number_of_allocations": 1, "max_number_of_allocations": 4}

    answered = await start(
        world,
        f"{E5}/deployment/_start?deployment_id=mine",
        a_deployment("mine", E5, adaptive_allocations=bounds),
        {"adaptive_allocations": bounds},
    )

    made = only_deployment(world)
    assert made["metadata"]["name"] == "mine"
    assert made["spec"]["adaptive_allocations"] == bounds
    assert "num_allocations" not in made["spec"]
    assert answered.json()["assignment"]["adaptive_allocations"] == bounds


async def test_older_names_of_parameters_are_read(world: World) -> None:
    await call(
        world, f"{E5}/deployment/_start?model_threads=3&inference_threads=2&wait_for=starting"
    )

    spec = only_deployment(world)["spec"]
    assert (spec["num_allocations"], spec["num_threads"]) == (3, 2)


async def test_starting_is_not_waited_for(world: World) -> None:
    answered = await call(world, f"{E5}/deployment/_start?wait_for=starting&queue_capacity=7")

    assert answered.json()["assignment"]["assignment_state"] == "starting"
    assert only_deployment(world)["spec"]["queue_capacity"] == 7


async def test_fully_allocated_waits_for_the_whole_target(world: World) -> None:
    path = f"{E5}/deployment/_start?wait_for=fully_allocated&timeout=50ms&number_of_allocations=2"

    answered = await start(world, path, a_deployment(E5, E5, ready=1, target=2))

    assert kind(answered) == (408, "model_deployment_timeout_exception")
    assert "[fully_allocated]" in reason(answered)
    assert only_deployment(world)["spec"]["num_allocations"] == 2


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        (a_condition("Accepted", "False", "IdTaken", "why"), 400),
        (a_condition("Stalled", "True", "ChecksumMismatch", "why"), 500),
    ],
)
async def test_what_cannot_start_is_deleted_again(
    world: World, condition: dict[str, Any], status: int
) -> None:
    like = a_deployment(E5, E5, ready=0)
    like["status"]["conditions"] = [condition]

    answered = await start(world, f"{E5}/deployment/_start", like)

    assert kind(answered) == (status, "status_exception")
    assert "why" in reason(answered)
    assert world.cluster.peek_all(MODEL_DEPLOYMENTS) == []


@pytest.mark.parametrize(
    ("path", "body", "wanted", "words"),
    [
        ("nobody", None, (404, "resource_not_found_exception"), "[nobody]"),
        (f"{E5}?threads_per_allocation=3", None, 400, "must be a power of 2"),
        (f"{E5}?threads_per_allocation=64", None, 400, "must be a power of 2"),
        (f"{E5}?number_of_allocations=0", None, 400, "must be a positive integer"),
        (f"{E5}?queue_capacity=100001", None, 400, "must be at most [100000]"),
        (
            f"{E5}?number_of_allocations=1",
            {"adaptive_allocations": {"enabled": True}},
            400,
            "cannot be set if [adaptive_allocations] is enabled",
        ),
        (f"{E5}?priority=low", None, 400, "only [normal] is offered"),
        (f"{E5}?number_of_allocations=x", None, (400, "illegal_argument_exception"), "[x]"),
        (f"{E5}?wait_for=later", None, (400, "illegal_argument_exception"), "[later]"),
        (f"{E5}?timeout=x", None, (400, "illegal_argument_exception"), "[timeout]"),
        (f"{E5}?nodes=1", None, (400, "illegal_argument_exception"), "unrecognized"),
        (f"{E5}?cache_size=big", None, (400, "x_content_parse_exception"), "[cache_size]"),
        (E5, {"queue": 1}, (400, "x_content_parse_exception"), "unknown field [queue]"),
        (
            E5,
            {"adaptive_allocations": {"enabled": True, "max_number_of_allocations": 0}},
            (400, "validation_exception"),
            "greater than or equal to 1",
        ),
        (f"{E5}?deployment_id=there", None, (400, "resource_already_exists_exception"), "[there]"),
        (f"{E5}?deployment_id=.rerank-v1", None, (400, "status_exception"), "another model"),
        (f"{E5}?deployment_id=an-endpoint", None, (400, "status_exception"), "inference endpoint"),
    ],
)
async def test_what_cannot_be_is_refused(
    world: World, path: str, body: Any, wanted: Any, words: str
) -> None:
    there = a_deployment("there", E5)
    await world.have(MODEL_DEPLOYMENTS, there, a_deployment("shared", E5))
    shared = {"service": "elasticsearch", "service_settings": {"deployment_id": "shared"}}
    await world.put("text_embedding/an-endpoint", shared)
    model_id, _, query = path.partition("?")

    answered = await call(world, f"{model_id}/deployment/_start?{query}", body)

    if wanted == 400:
        wanted = (400, "action_request_validation_exception")
    assert kind(answered) == wanted
    assert words in reason(answered)
    assert len(world.cluster.peek_all(MODEL_DEPLOYMENTS)) == 2


async def test_a_deployment_can_be_shared_at_once(world: World) -> None:
    await start(world, f"{ELSER}/deployment/_start", a_deployment(ELSER))
    shared = {"service": "elasticsearch", "service_settings": {"deployment_id": ELSER}}

    answered = await world.put("sparse_embedding/use_existing_deployment", shared)

    assert answered.json()["service_settings"]["deployment_id"] == ELSER


@pytest.fixture
async def started(world: World) -> World:
    await start(world, f"{E5}/deployment/_start?deployment_id=mine", a_deployment("mine", E5))
    return world


async def test_the_number_is_updated(started: World) -> None:
    answered = await call(started, "mine/deployment/_update", {"number_of_allocations": 4})

    assert answered.status_code == 200, answered.text
    assert only_deployment(started)["spec"]["num_allocations"] == 4
    assert answered.json()["assignment"]["assignment_state"] == "started"


async def test_the_number_may_stand_in_the_query(started: World) -> None:
    await call(started, "mine/deployment/_update?number_of_allocations=4")

    assert only_deployment(started)["spec"]["num_allocations"] == 4


async def test_bounds_take_the_place_of_the_number(started: World) -> None:
    bounds = {"enabled": True, "max_number_of_allocations": 4}

    await call(started, "mine/deployment/_update", {"adaptive_allocations": bounds})

    spec = only_deployment(started)["spec"]
    assert spec["adaptive_allocations"] == bounds
    assert "num_allocations" not in spec


async def test_a_number_takes_the_place_of_bounds(started: World) -> None:
    await call(started, "mine/deployment/_update", {"adaptive_allocations": {"enabled": True}})
    await started.settle()

    answered = await call(started, "mine/deployment/_update", {"number_of_allocations": 2})

    spec = only_deployment(started)["spec"]
    assert answered.status_code == 200
    assert spec["num_allocations"] == 2
    assert "adaptive_allocations" not in spec


@pytest.mark.parametrize(
    ("body", "status_and_type"),
    [
        ({}, (400, "action_request_validation_exception")),
        ({"number_of_allocations": 0}, (400, "action_request_validation_exception")),
        (
            {"number_of_allocations": 1, "adaptive_allocations": {"enabled": True}},
            (400, "action_request_validation_exception"),
        ),
        ({"number_of_allocations": "2"}, (400, "x_content_parse_exception")),
        ({"number_of_allocations": True}, (400, "x_content_parse_exception")),
        ({"adaptive_allocations": 1}, (400, "x_content_parse_exception")),
        ({"num_threads": 1}, (400, "x_content_parse_exception")),
        ({"adaptive_allocations": {"queue": 1}}, (400, "x_content_parse_exception")),
    ],
)
async def test_an_update_that_cannot_be_is_refused(
    started: World, body: dict[str, Any], status_and_type: tuple[int, str]
) -> None:
    before = only_deployment(started)

    assert kind(await call(started, "mine/deployment/_update", body)) == status_and_type
    assert only_deployment(started) == before


async def test_an_unknown_deployment_is_not_found(world: World) -> None:
    answered = await call(world, "nobody/deployment/_update", {"number_of_allocations": 1})

    assert kind(answered) == (404, "resource_not_found_exception")


async def test_a_deployment_that_is_not_started_is_left_alone(started: World) -> None:
    await write_status(started, a_deployment("mine", E5, ready=0))

    answered = await call(started, "mine/deployment/_update", {"number_of_allocations": 2})

    assert kind(answered) == (409, "status_exception")


async def test_a_write_that_was_overtaken_is_tried_again(started: World) -> None:
    started.cluster.fail("replace", Conflict("the object has been modified"))

    answered = await call(started, "mine/deployment/_update", {"number_of_allocations": 2})

    assert answered.status_code == 200


async def test_a_deployment_is_stopped(started: World) -> None:
    answered = await call(started, "mine/deployment/_stop")

    assert (answered.status_code, answered.json()) == (200, {"stopped": True})
    assert started.cluster.peek_all(MODEL_DEPLOYMENTS) == []


async def test_what_an_endpoint_made_is_the_endpoints(world: World) -> None:
    await world.put("text_embedding/my-e5", BODY)

    stopped = await call(world, "my-e5/deployment/_stop?force=true")
    updated = await call(world, "my-e5/deployment/_update?force=true", {"number_of_allocations": 2})

    assert kind(stopped) == kind(updated) == (409, "status_exception")
    assert "inference endpoint [my-e5]" in reason(stopped)
    assert only_deployment(world)["metadata"]["name"] == derived_name("my-e5")


async def test_what_endpoints_use_is_stopped_with_force_only(started: World) -> None:
    shared = {"service": "elasticsearch", "service_settings": {"deployment_id": "mine"}}
    await started.put("text_embedding/sharer", shared)

    refused = await call(started, "mine/deployment/_stop")
    forced = await call(started, "mine/deployment/_stop", {"force": True})

    assert kind(refused) == (409, "status_exception")
    assert "[sharer]" in reason(refused)
    assert forced.json() == {"stopped": True}


async def test_what_a_tool_owns_is_changed_with_force_only(world: World) -> None:
    like = a_deployment("from-git", E5, num_allocations=1)
    del like["metadata"]["creationTimestamp"]
    name, status = like["metadata"]["name"], like.pop("status")
    await world.cluster.apply(MODEL_DEPLOYMENTS, like, field_manager="flux")
    await write_status(world, {"status": status})
    path = "from-git/deployment"

    refused = [
        await call(world, f"{path}/_update", {"number_of_allocations": 2}),
        await call(world, f"{path}/_stop"),
    ]
    updated = await call(world, f"{path}/_update?force", {"number_of_allocations": 2})
    kept = world.cluster.peek(MODEL_DEPLOYMENTS, NAMESPACE, name)
    stopped = await call(world, f"{path}/_stop?force")

    assert [kind(one) for one in refused] == [(409, "status_exception")] * 2
    assert all("[flux]" in reason(one) for one in refused)
    assert kept is not None
    assert kept["spec"]["num_allocations"] == 2
    assert updated.status_code == stopped.status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("nobody", None, 404),
        ("no*", None, 200),
        ("no*", {"allow_no_match": False}, 404),
        ("mine", {"id": "other"}, 400),
        ("mine", {"force": "yes"}, 400),
        ("mine", {"id": "mine"}, 200),
    ],
)
async def test_ids_to_stop_are_matched(started: World, path: str, body: Any, status: int) -> None:
    assert (await call(started, f"{path}/deployment/_stop", body)).status_code == status
