from __future__ import annotations

import asyncio

from allot_api.names import derived_name
from allot_cluster.resources import INFERENCE_ENDPOINTS, MODEL_DEPLOYMENTS
from allot_gateway.ownership import GATEWAY_MANAGER
from tests.unit.allot_gateway.builders import (
    NAMESPACE,
    a_condition,
    a_deployment,
    an_endpoint,
    an_endpoint_spec,
)
from tests.unit.allot_gateway.world import World, kind, reason

BODY = {
    "service": "elasticsearch",
    "service_settings": {
        "model_id": ".multilingual-e5-small",
        "num_threads": 1,
        "num_allocations": 1,
    },
}


async def test_makes_the_object_that_a_person_would_apply(world: World) -> None:
    answered = await world.put("text_embedding/my-e5", BODY)

    made = world.endpoint("my-e5")
    assert answered.status_code == 200
    assert made is not None
    assert made["spec"] == {"task_type": "text_embedding", **BODY}
    managers = {entry["manager"]: entry["operation"] for entry in made["metadata"]["managedFields"]}
    assert managers == {GATEWAY_MANAGER: "Update", "allot": "Apply"}


async def test_an_id_that_is_no_name_gets_a_derived_one(world: World) -> None:
    answered = await world.put("text_embedding/.My_E5", BODY)

    made = world.endpoint(derived_name(".My_E5"))
    assert answered.json()["inference_id"] == ".My_E5"
    assert made is not None
    assert made["spec"]["inference_id"] == ".My_E5"


async def test_a_name_that_another_id_has_is_left_to_it(world: World) -> None:
    other = an_endpoint("my-e5", {**an_endpoint_spec(), "inference_id": "other"})
    await world.have(INFERENCE_ENDPOINTS, other)

    answered = await world.put("text_embedding/my-e5", BODY)

    assert answered.status_code == 200
    assert answered.json()["inference_id"] == "my-e5"
    made = world.endpoint(derived_name("my-e5"))
    assert made is not None
    assert made["spec"]["inference_id"] == "my-e5"


async def test_waits_until_an_allocation_serves(world: World) -> None:
    world.verdict = None
    waiting = asyncio.create_task(world.put("text_embedding/my-e5", BODY))
    await world.settle()
    was_done = waiting.done()

    world.verdict = [a_condition("Accepted", "True", "Accepted")]
    endpoint = world.endpoint("my-e5")
    assert endpoint is not None
    await world._judge(world.cluster.another_access(), endpoint)

    assert not was_done
    assert (await waiting).status_code == 200


async def test_time_is_up_and_the_endpoint_keeps_coming(world: World) -> None:
    world.ready = 0

    answered = await world.put("text_embedding/my-e5?timeout=20ms", BODY)

    assert kind(answered) == (408, "model_deployment_timeout_exception")
    assert "timeout [0.02s] waiting for the deployment [my-e5]" in reason(answered)
    assert world.endpoint("my-e5") is not None


async def test_what_is_refused_is_deleted_again(world: World) -> None:
    world.verdict = [a_condition("Accepted", "False", "SettingsMismatch", "too long a chunk")]

    answered = await world.put("text_embedding/my-e5", BODY)

    assert kind(answered) == (400, "status_exception")
    assert "too long a chunk" in reason(answered)
    assert world.endpoints() == []


async def test_what_stalls_is_deleted_again(world: World) -> None:
    world.ready = 0
    world.verdict = [
        a_condition("Accepted", "True", "Accepted"),
        a_condition("Stalled", "True", "ChecksumMismatch", "model.safetensors is another file"),
    ]

    answered = await world.put("text_embedding/my-e5", BODY)

    assert kind(answered) == (500, "status_exception")
    assert "model.safetensors is another file" in reason(answered)
    assert world.endpoints() == []


async def test_an_id_that_an_older_object_has_is_told_as_taken(world: World) -> None:
    world.verdict = [a_condition("Accepted", "False", "IdTaken", "InferenceEndpoint a has it")]

    answered = await world.put("text_embedding/my-e5", BODY)

    assert kind(answered) == (400, "resource_already_exists_exception")
    assert world.endpoints() == []


async def test_an_endpoint_that_exists_is_not_touched(world: World) -> None:
    await world.put("text_embedding/my-e5", BODY)
    before = world.endpoint("my-e5")

    answered = await world.put("text_embedding/my-e5", BODY)

    assert kind(answered) == (400, "resource_already_exists_exception")
    assert reason(answered) == "Inference endpoint [my-e5] already exists"
    assert world.endpoint("my-e5") == before


async def test_of_two_at_once_one_is_made(world: World) -> None:
    answers = await asyncio.gather(*(world.put("text_embedding/my-e5", BODY) for _ in range(2)))

    assert sorted(one.status_code for one in answers) == [200, 400]
    assert len(world.endpoints()) == 1


async def test_waits_for_the_deployment_of_a_deleted_endpoint_to_go(world: World) -> None:
    owner = {"uid": "gone", "controller": True, "name": "my-e5"}
    left = a_deployment("my-e5", metadata={"ownerReferences": [owner]})
    await world.have(MODEL_DEPLOYMENTS, left)
    waiting = asyncio.create_task(world.put("text_embedding/my-e5", BODY))
    await world.settle()
    was_there = world.endpoint("my-e5")

    await world.cluster.delete(MODEL_DEPLOYMENTS, NAMESPACE, left["metadata"]["name"])

    assert was_there is None
    assert (await waiting).status_code == 200


async def test_a_deployment_that_does_not_go_stands_in_the_way(world: World) -> None:
    owner = {"uid": "gone", "controller": True, "name": "my-e5"}
    left = a_deployment("my-e5", metadata={"ownerReferences": [owner]})
    await world.have(MODEL_DEPLOYMENTS, left)

    answered = await world.put("text_embedding/my-e5?timeout=20ms", BODY)

    assert kind(answered) == (409, "status_exception")
    assert "of a deleted inference endpoint is still there" in reason(answered)
    assert world.endpoints() == []


async def test_an_endpoint_that_is_deleted_meanwhile_ends_the_wait(world: World) -> None:
    world.ready = 0
    waiting = asyncio.create_task(world.put("text_embedding/my-e5", BODY))
    await world.settle()

    await world.cluster.delete(INFERENCE_ENDPOINTS, NAMESPACE, "my-e5")

    answered = await waiting
    assert kind(answered) == (409, "status_exception")
    assert "was deleted" in reason(answered)


async def test_a_shared_deployment_is_not_waited_for(world: World) -> None:
    await world.have(MODEL_DEPLOYMENTS, a_deployment(".elser_model_2", num_allocations=2, target=2))

    answered = await world.put(
        "sparse_embedding/use_existing_deployment",
        {"service": "elasticsearch", "service_settings": {"deployment_id": ".elser_model_2"}},
    )

    assert answered.status_code == 200
    assert answered.json() == {
        "inference_id": "use_existing_deployment",
        "task_type": "sparse_embedding",
        "service": "elasticsearch",
        "service_settings": {
            "num_allocations": 2,
            "num_threads": 1,
            "model_id": ".elser_model_2",
            "deployment_id": ".elser_model_2",
        },
        "chunking_settings": {
            "strategy": "sentence",
            "max_chunk_size": 250,
            "sentence_overlap": 1,
        },
    }


async def test_without_the_api_server_it_says_so(world: World) -> None:
    world.cluster.away = True

    answered = await world.put("text_embedding/my-e5", BODY)

    assert kind(answered) == (503, "status_exception")
    assert answered.headers["retry-after"] == "1"
