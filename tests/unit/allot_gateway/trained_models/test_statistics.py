"""`GET _ml/trained_models/…/_stats`."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from allot_cluster.resources import MODEL_DEPLOYMENTS, PODS, TRAINED_MODELS
from allot_gateway.trained_models.asking import ask_pods
from allot_gateway.view.workloads import ServingPod
from tests.unit.allot_gateway.builders import E5, ELSER, OWN, a_deployment, a_pod
from tests.unit.allot_gateway.endpoints.test_creating import BODY
from tests.unit.allot_gateway.world import World, kind, reason


def a_report(done: int = 10, **more: Any) -> dict[str, Any]:
    """Return a pod's /stats as the runtime writes it, as far as it is read."""
    return {
        "boot_id": "boot-1",
        "inference": {
            "routing_state": {"routing_state": "started"},
            "inference_count": done,
            "average_inference_time_ms": 12.5,
            "average_inference_time_ms_excluding_cache_hits": 12.5,
            "inference_cache_hit_count": 0,
            "last_access": 1_767_225_600_000,
            "number_of_pending_requests": 3,
            **more,
            "start_time": 1_767_225_600_000,
            "threads_per_allocation": 1,
            "number_of_allocations": 1,
            "peak_throughput_per_minute": 60,
            "throughput_last_minute": 30,
            "average_inference_time_ms_last_minute": 11.0,
            "inference_cache_hit_count_last_minute": 0,
        },
    }


async def stats(world: World, path: str = "") -> list[dict[str, Any]]:
    answered = await world.call("GET", f"/_ml/trained_models{path}/_stats")
    assert answered.status_code == 200, answered.text
    body = answered.json()
    assert body["count"] == len(body["trained_model_stats"])
    rows: list[dict[str, Any]] = body["trained_model_stats"]
    return rows


async def test_a_deployment_is_told_in_elasticsearchs_order(world: World) -> None:
    bounds = {"enabled": True, "min_number_of_allocations": 1, "max_number_of_allocations": 4}
    await world.have(
        MODEL_DEPLOYMENTS,
        a_deployment("my-e5", E5, adaptive_allocations=bounds, stats={"reason": "why"}),
    )
    await world.have(PODS, a_pod("my-e5"))
    world.stats["pod-1"] = a_report(error_count=1, rejected_execution_count=2, timeout_count=3)

    [row] = await stats(world, f"/{E5}")

    assert list(row) == [
        "model_id",
        "model_size_stats",
        "pipeline_count",
        "inference_stats",
        "deployment_stats",
    ]
    assert row["model_size_stats"] == {"model_size_bytes": 470_641_600}
    assert row["inference_stats"] == {
        "failure_count": 6,
        "inference_count": 10,
        "cache_miss_count": 0,
        "missing_all_fields_count": 0,
        "timestamp": 1_767_225_600_000,
    }
    told = row["deployment_stats"]
    nodes = told.pop("nodes")
    assert list(told.items()) == [
        ("deployment_id", "my-e5"),
        ("model_id", E5),
        ("threads_per_allocation", 1),
        ("number_of_allocations", 1),
        ("adaptive_allocations", bounds),
        ("queue_capacity", 10_000),
        ("state", "started"),
        ("reason", "why"),
        (
            "allocation_status",
            {"allocation_count": 1, "target_allocation_count": 1, "state": "fully_allocated"},
        ),
        ("cache_size", "0b"),
        ("priority", "normal"),
        ("start_time", 1_767_225_600_000),
        ("error_count", 1),
        ("rejected_execution_count", 2),
        ("timeout_count", 3),
        ("inference_count", 10),
        ("peak_throughput_per_minute", 60),
    ]
    assert len(nodes) == 1


async def test_a_pod_is_a_node(world: World) -> None:
    await world.have(MODEL_DEPLOYMENTS, a_deployment("my-e5", E5))
    await world.have(PODS, a_pod("my-e5"))
    world.stats["pod-1"] = a_report()

    [row] = await stats(world, "/my-e5")

    [node] = row["deployment_stats"]["nodes"]
    assert node.pop("node") == {
        "uid-pod-1": {
            "name": "pod-1",
            "ephemeral_id": "boot-1",
            "transport_address": "127.9.9.1:8080",
            "external_id": "pod-1",
            "attributes": {"kubernetes.node": "node-1"},
            "roles": ["ml"],
            "version": "9.1.0",
        }
    }
    assert node == a_report()["inference"]
    assert list(node) == list(a_report()["inference"])


async def test_sums_are_over_the_pods_that_answer(world: World) -> None:
    await world.have(MODEL_DEPLOYMENTS, a_deployment("my-e5", E5, ready=2, target=2))
    await world.have(PODS, *(a_pod("my-e5", name) for name in ("pod-1", "pod-2", "silent")))
    world.stats["pod-1"] = a_report(5)
    world.stats["pod-2"] = a_report(7)

    [row] = await stats(world, "/my-e5")

    told = row["deployment_stats"]
    assert (told["inference_count"], told["peak_throughput_per_minute"]) == (12, 120)
    assert [list(node) for node in told["nodes"]][2] == ["node", "routing_state"]
    assert told["nodes"][2]["routing_state"] == {"routing_state": "started"}


async def test_counts_of_zero_are_left_out_but_for_the_peak(world: World) -> None:
    await world.have(MODEL_DEPLOYMENTS, a_deployment("my-e5", E5))

    [row] = await stats(world, "/my-e5")

    told = row["deployment_stats"]
    assert "inference_count" not in told
    assert told["peak_throughput_per_minute"] == 0
    assert told["nodes"] == []


async def test_a_deployment_at_zero_reports_starting(world: World) -> None:
    await world.have(MODEL_DEPLOYMENTS, a_deployment("my-e5", E5, ready=0, target=0))

    [row] = await stats(world, "/my-e5")

    assert row["deployment_stats"]["state"] == "started"
    assert row["deployment_stats"]["allocation_status"] == {
        "allocation_count": 0,
        "target_allocation_count": 0,
        "state": "starting",
    }


async def test_a_deployment_that_nobody_judged_yet_is_starting(world: World) -> None:
    fresh = a_deployment("my-e5", E5, num_allocations=3)
    del fresh["status"]
    await world.have(MODEL_DEPLOYMENTS, fresh)

    [row] = await stats(world, "/my-e5")

    assert row["deployment_stats"]["state"] == "starting"
    assert row["deployment_stats"]["allocation_status"]["target_allocation_count"] == 3


async def test_there_is_a_row_for_each_deployment_and_each_model_without(world: World) -> None:
    await world.have(
        MODEL_DEPLOYMENTS, a_deployment("b", E5), a_deployment("a", E5), a_deployment("c", ELSER)
    )

    rows = [
        (row["model_id"], row.get("deployment_stats", {}).get("deployment_id"))
        for row in await stats(world)
    ]

    assert rows == [
        (ELSER, "c"),
        (E5, "a"),
        (E5, "b"),
        (".rerank-v1", None),
        (OWN, None),
    ]


@pytest.mark.parametrize(
    ("path", "deployments"),
    [
        ("/_all", ["c", "a", "b"]),
        ("/*", ["c", "a", "b"]),
        (f"/{E5}", ["a", "b"]),
        ("/a,c", ["c", "a"]),
        ("/.elser_model_2_linux-x86_64", ["c"]),
        ("/.elser*", ["c"]),
        ("/nothing*", []),
    ],
)
async def test_rows_are_chosen_by_ids(world: World, path: str, deployments: list[str]) -> None:
    await world.have(
        MODEL_DEPLOYMENTS, a_deployment("b", E5), a_deployment("a", E5), a_deployment("c", ELSER)
    )

    chosen = [
        row["deployment_stats"]["deployment_id"]
        for row in await stats(world, path)
        if "deployment_stats" in row
    ]

    assert chosen == deployments


@pytest.mark.parametrize("query", ["nobody/_stats", "no*/_stats?allow_no_match=false"])
async def test_what_nothing_has_is_not_found(world: World, query: str) -> None:
    answered = await world.call("GET", f"/_ml/trained_models/{query}")

    assert kind(answered) == (404, "resource_not_found_exception")
    assert reason(answered).startswith("No known trained model with model_id [no")


async def test_pages_count_all(world: World) -> None:
    answered = await world.call("GET", "/_ml/trained_models/_stats?from=1&size=2")

    assert answered.json()["count"] == 4
    assert [row["model_id"] for row in answered.json()["trained_model_stats"]] == [E5, ".rerank-v1"]


async def test_an_endpoints_deployment_is_told_once_it_serves(world: World) -> None:
    """As the seed page says to wait: fully_allocated, and the two counts equal."""
    await world.put("text_embedding/my-e5", BODY)

    [row] = await stats(world, "/my-e5")

    assert row["deployment_stats"]["allocation_status"] == {
        "allocation_count": 1,
        "target_allocation_count": 1,
        "state": "fully_allocated",
    }


async def test_a_model_that_is_gone_serves_on(world: World) -> None:
    await world.have(MODEL_DEPLOYMENTS, a_deployment("d", "gone"))

    [row] = await stats(world, "/gone")

    assert row["deployment_stats"]["deployment_id"] == "d"


async def test_times_have_twins_for_people(world: World) -> None:
    await world.have(MODEL_DEPLOYMENTS, a_deployment("my-e5", E5))

    answered = await world.call("GET", "/_ml/trained_models/my-e5/_stats?human")

    [row] = answered.json()["trained_model_stats"]
    assert row["deployment_stats"]["start_time_string"] == "2026-01-01T00:00:00.000Z"
    assert row["model_size_stats"]["model_size"] == "448.8mb"


async def test_own_models_hide_shared_ones_of_the_same_id(world: World) -> None:
    own = world.cluster.peek(TRAINED_MODELS, "allot-system", "e5")
    assert own is not None
    metadata = {"name": "e5", "namespace": "default"}
    await world.have(TRAINED_MODELS, {**own, "metadata": metadata})

    assert len(await stats(world, f"/{E5}")) == 1


async def test_pods_that_hang_are_left_out() -> None:
    pods = [
        ServingPod(f"uid-{n}", "default", f"pod-{n}", "127.9.9.1", 8080, "n", True)
        for n in range(3)
    ]

    async def ask(pod: ServingPod) -> dict[str, Any]:
        if pod.name == "pod-1":
            await asyncio.Event().wait()
        return a_report()

    nodes = await ask_pods(ask, pods, 0.05)

    assert [node.stats is not None for node in nodes] == [True, False, True]
