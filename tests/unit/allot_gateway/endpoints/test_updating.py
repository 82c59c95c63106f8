from __future__ import annotations

from typing import Any

import pytest

from allot_cluster.errors import Conflict
from allot_cluster.resources import MODEL_DEPLOYMENTS
from tests.unit.allot_gateway.builders import ELSER, a_deployment, an_endpoint_spec
from tests.unit.allot_gateway.endpoints.test_creating import BODY
from tests.unit.allot_gateway.endpoints.test_deleting import apply
from tests.unit.allot_gateway.world import World, kind, reason


async def update(world: World, path: str, **settings: Any) -> Any:
    return await world.put(f"{path}/_update", {"service_settings": settings})


def settings_of(world: World, name: str) -> dict[str, Any]:
    endpoint = world.endpoint(name)
    assert endpoint is not None
    settings: dict[str, Any] = endpoint["spec"]["service_settings"]
    return settings


@pytest.fixture
async def served(world: World) -> World:
    await world.put("text_embedding/my-e5", BODY)
    return world


@pytest.mark.parametrize("path", ["my-e5", "text_embedding/my-e5"])
async def test_sets_the_number_and_answers_the_endpoint(served: World, path: str) -> None:
    answered = await update(served, path, num_allocations=2)

    assert answered.status_code == 200
    assert answered.json()["service_settings"] == {
        "num_allocations": 2,
        "num_threads": 1,
        "model_id": ".multilingual-e5-small",
    }
    assert settings_of(served, "my-e5")["num_allocations"] == 2


async def test_bounds_take_the_place_of_the_number(served: World) -> None:
    bounds = {"enabled": True, "min_number_of_allocations": 1, "max_number_of_allocations": 4}

    answered = await update(served, "my-e5", adaptive_allocations=bounds)

    assert answered.json()["service_settings"]["adaptive_allocations"] == bounds
    assert "num_allocations" not in settings_of(served, "my-e5")


async def test_of_bounds_what_is_not_named_stays_and_null_clears(served: World) -> None:
    bounds = {"enabled": True, "min_number_of_allocations": 1, "max_number_of_allocations": 4}
    await update(served, "my-e5", adaptive_allocations=bounds)
    await served.settle()

    await update(served, "my-e5", adaptive_allocations={"max_number_of_allocations": 8})
    raised = settings_of(served, "my-e5")["adaptive_allocations"]
    await served.settle()
    await update(served, "my-e5", adaptive_allocations={"max_number_of_allocations": None})

    assert raised == {**bounds, "max_number_of_allocations": 8}
    assert settings_of(served, "my-e5")["adaptive_allocations"] == {
        "enabled": True,
        "min_number_of_allocations": 1,
    }


async def test_no_change_writes_nothing(served: World) -> None:
    before = len(served.cluster.writes)

    answered = await update(served, "my-e5", num_allocations=1)

    assert answered.status_code == 200
    assert len(served.cluster.writes) == before


@pytest.mark.parametrize(
    ("settings", "status_and_type", "words"),
    [
        ({}, (400, "validation_exception"), "one of [num_allocations, adaptive_allocations]"),
        (
            {"num_allocations": 2, "adaptive_allocations": {"enabled": True}},
            (400, "validation_exception"),
            "exclude each other",
        ),
        ({"num_threads": 2, "num_allocations": 2}, (400, "status_exception"), "cannot be updated"),
        ({"queue": 2}, (400, "x_content_parse_exception"), "unknown field [queue]"),
        ({"num_allocations": 0}, (400, "validation_exception"), "greater than or equal to 1"),
        (
            {"adaptive_allocations": {"enabled": True, "min_number_of_allocations": "x"}},
            (400, "validation_exception"),
            "must be of type integer",
        ),
        ({"adaptive_allocations": 7}, (400, "validation_exception"), "must be of type object"),
    ],
)
async def test_what_cannot_be_is_refused(
    served: World, settings: dict[str, Any], status_and_type: tuple[int, str], words: str
) -> None:
    answered = await update(served, "my-e5", **settings)

    assert kind(answered) == status_and_type
    assert words in reason(answered)
    assert settings_of(served, "my-e5")["num_allocations"] == 1


async def test_chunking_cannot_be_updated(served: World) -> None:
    answered = await served.put("my-e5/_update", {"chunking_settings": {"strategy": "none"}})

    assert kind(answered) == (400, "status_exception")
    assert "[chunking_settings]" in reason(answered)


async def test_task_settings_alone_can_be_updated(world: World) -> None:
    settings = {"model_id": ".rerank-v1", "num_threads": 1, "num_allocations": 1}
    await world.put("rerank/r", {"service": "elasticsearch", "service_settings": settings})

    answered = await world.put("r/_update", {"task_settings": {"return_documents": False}})

    assert answered.json()["task_settings"] == {"return_documents": False}


async def test_unknown_ids_and_other_tasks_are_refused(served: World) -> None:
    unknown = await update(served, "nobody", num_allocations=2)
    other = await update(served, "rerank/my-e5", num_allocations=2)

    assert kind(unknown) == (404, "resource_not_found_exception")
    assert kind(other) == (400, "status_exception")


async def test_a_shared_deployment_is_updated_where_it_was_made(served: World) -> None:
    await served.have(MODEL_DEPLOYMENTS, a_deployment("alone", ELSER))
    for name, deployment, task in (("a", "my-e5", "text"), ("b", "alone", "sparse")):
        body = {"service": "elasticsearch", "service_settings": {"deployment_id": deployment}}
        assert (await served.put(f"{task}_embedding/{name}", body)).status_code == 200

    of_endpoint = await update(served, "a", num_allocations=2)
    of_itself = await update(served, "b", num_allocations=2)

    assert kind(of_endpoint) == kind(of_itself) == (409, "status_exception")
    assert "by inference endpoint [my-e5]" in reason(of_endpoint)
    assert "by the trained models API" in reason(of_itself)


async def test_a_deployment_that_is_not_started_is_left_alone(world: World) -> None:
    world.ready = 0
    await world.put("text_embedding/my-e5?timeout=10ms", BODY)

    answered = await update(world, "my-e5", num_allocations=2)

    assert kind(answered) == (409, "status_exception")
    assert "[starting]" in reason(answered)


async def test_an_endpoint_without_its_deployment_is_not_found(world: World) -> None:
    world.verdict = None
    await world.put("text_embedding/my-e5?timeout=10ms", BODY)

    assert kind(await update(world, "my-e5", num_allocations=2))[0] == 404


async def test_fields_that_a_tool_owns_need_force(world: World) -> None:
    await apply(world, "from-git", an_endpoint_spec(), "argocd-controller")

    refused = await update(world, "from-git", num_allocations=2)
    forced = await world.put(
        "from-git/_update?force=true", {"service_settings": {"num_allocations": 2}}
    )

    assert kind(refused) == (409, "status_exception")
    assert "field manager [argocd-controller]" in reason(refused)
    assert forced.json()["service_settings"]["num_allocations"] == 2
    endpoint = world.endpoint("from-git")
    assert endpoint is not None
    owned = {
        entry["manager"]: entry["fieldsV1"]
        for entry in endpoint["metadata"]["managedFields"]
        if not entry.get("subresource")
    }
    assert "f:num_allocations" not in owned["argocd-controller"]["f:spec"]["f:service_settings"]
    assert "f:num_threads" in owned["argocd-controller"]["f:spec"]["f:service_settings"]


async def test_fields_that_a_tool_does_not_own_can_be_changed(world: World) -> None:
    settings = {"model_id": ".rerank-v1", "num_threads": 1, "num_allocations": 1}
    spec = {"task_type": "rerank", "service": "elasticsearch", "service_settings": settings}
    await apply(world, "from-git", spec, "argocd-controller")

    answered = await world.put("from-git/_update", {"task_settings": {"return_documents": False}})

    assert answered.status_code == 200


async def test_a_write_that_was_overtaken_is_tried_again(served: World) -> None:
    served.cluster.fail("replace", Conflict("the object has been modified"))

    answered = await update(served, "my-e5", num_allocations=2)

    assert answered.status_code == 200


async def test_what_is_always_overtaken_ends_as_a_conflict(served: World) -> None:
    for _ in range(5):
        served.cluster.fail("replace", Conflict("the object has been modified"))

    assert kind(await update(served, "my-e5", num_allocations=2))[0] == 409


async def test_a_server_that_hangs_ends_with_the_timeout(served: World) -> None:
    served.cluster.hung = True

    answered = await served.put(
        "my-e5/_update?timeout=20ms", {"service_settings": {"num_allocations": 2}}
    )

    assert kind(answered) == (408, "status_exception")
