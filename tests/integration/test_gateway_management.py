"""The gateway's management calls against a real API server, with the operator and model pods."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from time import monotonic
from typing import Any

import httpx
import pytest

from allot_cluster.clock import utc_now
from allot_cluster.connection import connect
from allot_gateway.surroundings import Surroundings
from allot_gateway.view.following import follow
from allot_gateway.view.state import View
from allot_gateway.view.workloads import ServingPod
from allot_local.cluster import LocalCluster
from tests.conftest import Kubectl
from tests.integration.objects import Objects, an_endpoint
from tests.unit.allot_gateway.world import build_app, kind, reason

pytestmark = pytest.mark.usefixtures("allot")
SYNC_TURNS, SYNC_SECONDS = 200, 0.05
ELSER_BODY = {"service": "elser", "service_settings": {"num_allocations": 1, "num_threads": 1}}


@dataclass
class Gateway:
    client: httpx.AsyncClient
    objects: Objects

    async def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return await self.client.request(method, path, json=body)


@pytest.fixture
async def gateway(
    local_cluster: LocalCluster, kubectl: Kubectl, namespace: str
) -> AsyncIterator[Gateway]:
    view = View()
    async with (
        await connect(kubeconfig=str(local_cluster.kubeconfig)) as cluster,
        httpx.AsyncClient(trust_env=False) as pods,
    ):

        async def ask(pod: ServingPod) -> Any:
            try:
                return (await pods.get(f"http://{pod.ip}:{pod.port}/stats")).json()
            except httpx.HTTPError:
                return None

        around = Surroundings(view, cluster, ask, monotonic, utc_now)
        watching = asyncio.create_task(follow(cluster, view, (), "allot-system"))
        transport = httpx.ASGITransport(app=build_app(around, namespace))
        async with httpx.AsyncClient(
            transport=transport, base_url="http://gateway", timeout=None
        ) as client:
            for _ in range(SYNC_TURNS):
                if view.is_synced:
                    break
                await asyncio.sleep(SYNC_SECONDS)
            assert view.is_synced
            yield Gateway(client, Objects(kubectl, namespace))
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def test_an_endpoint_lives_from_put_to_delete_and_its_id_again(gateway: Gateway) -> None:
    path = "/_inference/sparse_embedding/my-elser-model"

    made = await gateway.call("PUT", f"{path}?timeout=120s", ELSER_BODY)
    told = await gateway.call("GET", "/_ml/trained_models/my-elser-model/_stats")
    bounds = {"enabled": True, "min_number_of_allocations": 1, "max_number_of_allocations": 2}
    updated = await gateway.call(
        "PUT", f"{path}/_update", {"service_settings": {"adaptive_allocations": bounds}}
    )
    written = gateway.objects.get("ie", "my-elser-model")
    deleted = await gateway.call("DELETE", path)
    left = gateway.objects.names("mdep")
    again = await gateway.call("PUT", f"{path}?timeout=120s", ELSER_BODY)

    assert made.status_code == 200, made.text
    assert made.json() == {
        "inference_id": "my-elser-model",
        "task_type": "sparse_embedding",
        **ELSER_BODY,
        "task_settings": {},
    }
    stats = told.json()["trained_model_stats"][0]["deployment_stats"]
    assert stats["allocation_status"] == {
        "allocation_count": 1,
        "target_allocation_count": 1,
        "state": "fully_allocated",
    }
    [node] = stats["nodes"]
    assert node["routing_state"] == {"routing_state": "started"}
    assert node["threads_per_allocation"] == 1
    assert updated.status_code == 200, updated.text
    assert written["spec"]["service_settings"] == {
        "num_threads": 1,
        "adaptive_allocations": bounds,
    }
    assert deleted.json() == {"acknowledged": True, "pipelines": [], "indexes": []}
    assert left == []
    assert again.status_code == 200, again.text


async def test_what_the_operator_refuses_leaves_nothing(gateway: Gateway) -> None:
    body = {
        "service": "elasticsearch",
        "service_settings": {"model_id": ".elser_model_2", "num_threads": 1, "num_allocations": 1},
        "chunking_settings": {"strategy": "recursive", "max_chunk_size": 50, "separators": ["("]},
    }

    answered = await gateway.call("PUT", "/_inference/sparse_embedding/bad?timeout=60s", body)

    assert kind(answered) == (400, "status_exception")
    assert "regular expression" in reason(answered)
    assert gateway.objects.names("ie") == []


async def test_what_kubectl_applied_is_changed_with_force_only(gateway: Gateway) -> None:
    gateway.objects.apply(an_endpoint("from-git"))
    gateway.objects.wait_condition("from-git", "Accepted", "Accepted")

    refused = await gateway.call("DELETE", "/_inference/from-git")
    forced = await gateway.call("DELETE", "/_inference/from-git?force=true")

    assert kind(refused) == (409, "status_exception")
    assert "kubectl" in reason(refused)
    assert forced.json()["acknowledged"] is True
    assert gateway.objects.names("ie") == []


async def test_a_deployment_is_started_shared_and_stopped(gateway: Gateway) -> None:
    start = "/_ml/trained_models/.elser_model_2/deployment/_start?timeout=120s"
    share = {"service": "elasticsearch", "service_settings": {"deployment_id": ".elser_model_2"}}

    started = await gateway.call("POST", start)
    shared = await gateway.call("PUT", "/_inference/sparse_embedding/sharer", share)
    refused = await gateway.call("POST", "/_ml/trained_models/.elser_model_2/deployment/_stop")
    await gateway.call("DELETE", "/_inference/sharer")
    stopped = await gateway.call("POST", "/_ml/trained_models/.elser_model_2/deployment/_stop")

    assert started.status_code == 200, started.text
    assert started.json()["assignment"]["assignment_state"] == "started"
    assert shared.json()["service_settings"] == {
        "num_allocations": 1,
        "num_threads": 1,
        "model_id": ".elser_model_2",
        "deployment_id": ".elser_model_2",
    }
    assert kind(refused) == (409, "status_exception")
    assert stopped.json() == {"stopped": True}
    assert gateway.objects.names("mdep") == []
