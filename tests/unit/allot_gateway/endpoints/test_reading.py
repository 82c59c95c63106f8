"""GET, and the bodies in which endpoints are answered."""

from __future__ import annotations

from time import monotonic
from typing import Any

import pytest

from allot_cluster.clock import utc_now
from allot_cluster.resources import INFERENCE_ENDPOINTS, MODEL_DEPLOYMENTS
from allot_gateway.endpoints.finding import find_endpoint
from allot_gateway.surroundings import Surroundings
from allot_gateway.view.state import View
from allot_gateway.view.workloads import ServingPod
from tests.fakes.cluster import FakeCluster
from tests.unit.allot_gateway.builders import (
    E5,
    ELSER,
    NAMESPACE,
    OWN,
    a_deployment,
    an_endpoint,
    an_endpoint_spec,
)
from tests.unit.allot_gateway.endpoints.test_creating import BODY
from tests.unit.allot_gateway.world import World, kind

DEFAULT_CHUNKING = {"strategy": "sentence", "max_chunk_size": 250, "sentence_overlap": 1}
RERANK_BODY = {
    "service": "elasticsearch",
    "service_settings": {
        "model_id": ".rerank-v1",
        "num_threads": 1,
        "adaptive_allocations": {
            "enabled": True,
            "min_number_of_allocations": 1,
            "max_number_of_allocations": 4,
        },
    },
}


async def get(world: World, path: str) -> Any:
    answered = await world.call("GET", f"/_inference{path}")
    assert answered.status_code == 200, answered.text
    return answered.json()


async def put(world: World, path: str, body: Any) -> Any:
    answered = await world.put(path, body)
    assert answered.status_code == 200, answered.text
    return answered.json()


async def test_a_put_is_answered_as_a_get_is(world: World) -> None:
    answered = await put(world, "text_embedding/my-e5", BODY)

    assert (await get(world, "/my-e5"))["endpoints"] == [answered]
    assert (await get(world, "/text_embedding/my-e5"))["endpoints"] == [answered]


async def test_keys_stand_in_elasticsearchs_order(world: World) -> None:
    answered = await put(world, "text_embedding/my-e5", BODY)

    assert list(answered) == [
        "inference_id",
        "task_type",
        "service",
        "service_settings",
        "chunking_settings",
    ]
    assert list(answered["service_settings"]) == ["num_allocations", "num_threads", "model_id"]
    assert answered["chunking_settings"] == DEFAULT_CHUNKING


async def test_elser_answers_as_its_page_prints_it(world: World) -> None:
    body = {"service": "elser", "service_settings": {"num_allocations": 1, "num_threads": 1}}

    answered = await world.put("sparse_embedding/my-elser-model", body)

    assert answered.json() == {
        "inference_id": "my-elser-model",
        "task_type": "sparse_embedding",
        "service": "elser",
        "service_settings": {"num_allocations": 1, "num_threads": 1},
        "task_settings": {},
    }
    assert list(answered.json()) == [
        "inference_id",
        "task_type",
        "service",
        "service_settings",
        "task_settings",
    ]


async def test_elser_with_bounds_has_one_thread(world: World) -> None:
    bounds = {"enabled": True, "min_number_of_allocations": 3, "max_number_of_allocations": 10}
    body = {"service": "elser", "service_settings": {"adaptive_allocations": bounds}}

    answered = await put(world, "sparse_embedding/my-elser-model", body)

    assert answered["service_settings"] == {
        "num_allocations": 1,
        "num_threads": 1,
        "adaptive_allocations": bounds,
    }


async def test_a_reranker_has_task_settings_and_no_chunking(world: World) -> None:
    answered = await put(world, "rerank/my-rerank", RERANK_BODY)

    assert answered == {
        "inference_id": "my-rerank",
        "task_type": "rerank",
        "service": "elasticsearch",
        "service_settings": {
            "num_allocations": 1,
            "num_threads": 1,
            "model_id": ".rerank-v1",
            "adaptive_allocations": RERANK_BODY["service_settings"]["adaptive_allocations"],
        },
        "task_settings": {"return_documents": True},
    }


async def test_long_documents_settings_come_last(world: World) -> None:
    body = {
        "service": "elasticsearch",
        "service_settings": {
            "model_id": ".rerank-v1",
            "num_threads": 1,
            "num_allocations": 1,
            "long_document_strategy": "chunk",
            "max_chunks_per_doc": 5,
        },
        "task_settings": {"return_documents": False},
    }

    answered = await put(world, "rerank/my-rerank", body)

    assert list(answered["service_settings"]) == [
        "num_allocations",
        "num_threads",
        "model_id",
        "long_document_strategy",
        "max_chunks_per_doc",
    ]
    assert answered["task_settings"] == {"return_documents": False}


async def test_a_model_of_ones_own_shows_what_an_index_needs(world: World) -> None:
    settings = {"model_id": OWN, "num_threads": 1, "num_allocations": 1}
    body = {"service": "elasticsearch", "service_settings": settings}

    answered = await put(world, "text_embedding/mine", body)

    assert answered["service_settings"] == {
        "num_allocations": 1,
        "num_threads": 1,
        "model_id": OWN,
        "dimensions": 384,
        "similarity": "cosine",
        "element_type": "float",
    }


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({}, DEFAULT_CHUNKING),
        (
            {"strategy": "sentence", "max_chunk_size": 100},
            {"strategy": "sentence", "max_chunk_size": 100, "sentence_overlap": 1},
        ),
        (
            {"strategy": "word", "max_chunk_size": 100, "overlap": 10},
            {"strategy": "word", "max_chunk_size": 100, "overlap": 10},
        ),
        (
            {"strategy": "recursive", "max_chunk_size": 100},
            {
                "strategy": "recursive",
                "max_chunk_size": 100,
                "separators": [r"(?<!\n)\n\n(?!\n)", r"(?<!\n)\n(?!\n)"],
            },
        ),
        ({"strategy": "none"}, {"strategy": "none"}),
    ],
)
async def test_chunking_is_shown_with_its_defaults(
    world: World, given: dict[str, Any], shown: dict[str, Any]
) -> None:
    answered = await put(world, "text_embedding/my-e5", {**BODY, "chunking_settings": given})

    assert answered["chunking_settings"] == shown


async def test_the_number_of_adaptive_ones_is_the_present_one(world: World) -> None:
    await put(world, "rerank/my-rerank", RERANK_BODY)
    [made] = world.cluster.peek_all(MODEL_DEPLOYMENTS)
    made["status"]["deployment_stats"]["number_of_allocations"] = 3
    await world.cluster.replace(MODEL_DEPLOYMENTS, made, subresource="status")
    await world.settle()

    [shown] = (await get(world, "/my-rerank"))["endpoints"]

    assert shown["service_settings"]["num_allocations"] == 3


async def test_lists_all_and_those_of_a_task(world: World) -> None:
    await put(world, "text_embedding/my-e5", BODY)
    await put(world, "rerank/my-rerank", RERANK_BODY)

    async def ids(path: str) -> list[str]:
        return [one["inference_id"] for one in (await get(world, path))["endpoints"]]

    assert await ids("") == await ids("/_all") == ["my-e5", "my-rerank"]
    assert await ids("/rerank/_all") == ["my-rerank"]
    assert await ids("/sparse_embedding/_all") == []


async def test_shows_what_was_applied_by_others(world: World) -> None:
    await world.have(MODEL_DEPLOYMENTS, a_deployment("shared", E5, ready=2, target=2))
    spec = {**an_endpoint_spec(), "service_settings": {"deployment_id": "shared"}}
    await world.have(INFERENCE_ENDPOINTS, an_endpoint("from-git", spec))

    [shown] = (await get(world, "/from-git"))["endpoints"]

    assert shown["service_settings"] == {
        "num_allocations": 2,
        "num_threads": 1,
        "model_id": E5,
        "deployment_id": "shared",
    }


async def test_a_shared_deployments_bounds_are_shown(world: World) -> None:
    bounds = {"enabled": True, "min_number_of_allocations": 0, "max_number_of_allocations": 4}
    await world.have(
        MODEL_DEPLOYMENTS, a_deployment("shared", ELSER, adaptive_allocations=bounds, target=2)
    )
    body = {"service": "elasticsearch", "service_settings": {"deployment_id": "shared"}}

    answered = await put(world, "sparse_embedding/s", body)

    assert answered["service_settings"] == {
        "num_allocations": 2,
        "num_threads": 1,
        "model_id": ELSER,
        "adaptive_allocations": bounds,
        "deployment_id": "shared",
    }


async def test_what_is_not_there_is_not_found(world: World) -> None:
    answered = await world.call("GET", "/_inference/nobody")

    assert kind(answered) == (404, "resource_not_found_exception")


async def test_without_the_api_server_the_view_answers(world: World) -> None:
    await put(world, "text_embedding/my-e5", BODY)
    world.cluster.away = True

    assert len((await get(world, "/my-e5"))["endpoints"]) == 1
    assert kind(await world.call("GET", "/_inference/nobody"))[0] == 404


async def test_an_endpoint_that_the_view_does_not_have_yet_is_read() -> None:
    """As after a PUT to another gateway, before this one's watch has told of it."""
    cluster = FakeCluster()
    cluster.add(INFERENCE_ENDPOINTS, an_endpoint("fresh"))
    around = Surroundings(View(), cluster, no_stats, monotonic, utc_now)

    found = await find_endpoint(around, NAMESPACE, "fresh")

    assert found.inference_id == "fresh"


async def no_stats(pod: ServingPod) -> None:
    return None


async def test_tasks_that_are_not_the_endpoints_or_are_none_are_refused(world: World) -> None:
    await put(world, "text_embedding/my-e5", BODY)

    assert kind(await world.call("GET", "/_inference/rerank/my-e5")) == (400, "status_exception")
    assert kind(await world.call("GET", "/_inference/dance/my-e5")) == (400, "status_exception")
