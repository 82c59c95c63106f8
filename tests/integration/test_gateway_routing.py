"""What a gateway writes to a real API server: the first allocation, and its Lease."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from allot_api.names import DEPLOYMENT_PREFIX, SCALER_MANAGER, derived_name, model_labels
from allot_cluster.connection import connect
from allot_cluster.interface import Cluster, Manifest
from allot_cluster.resources import (
    DEPLOYMENTS,
    LEASES,
    MODEL_DEPLOYMENTS,
    NAMESPACES,
    Resource,
)
from allot_gateway.routing.presence import Presence, lease_name
from allot_gateway.routing.starting import Starter
from allot_gateway.view.following import follow
from allot_gateway.view.state import DeploymentKey, View
from allot_local.cluster import LocalCluster
from allot_operator.observing.gateways import Gateways, read_held

ID = "from-zero"
NAME = derived_name(ID, DEPLOYMENT_PREFIX)
WAIT_TENTHS = 200


@pytest.fixture
async def cluster(local_cluster: LocalCluster, crds: None) -> AsyncIterator[Cluster]:
    async with await connect(kubeconfig=str(local_cluster.kubeconfig)) as live:
        yield live


@pytest.fixture
async def namespace(cluster: Cluster) -> AsyncIterator[str]:
    name = f"gateway-{uuid.uuid4().hex[:8]}"
    await cluster.create(NAMESPACES, {"metadata": {"name": name}})
    yield name
    await cluster.delete(NAMESPACES, None, name)


async def make_at_zero(cluster: Cluster, namespace: str, **spec: Any) -> None:
    """Make a ModelDeployment and its Deployment at zero."""
    await cluster.create(
        MODEL_DEPLOYMENTS,
        {"metadata": {"name": ID, "namespace": namespace}, "spec": {"model_id": "some", **spec}},
    )
    labels = model_labels(NAME)
    container = {"name": "runtime", "image": "example/runtime:1"}
    workload: Manifest = {
        "metadata": {"name": NAME, "namespace": namespace, "labels": labels},
        "spec": {
            "replicas": 0,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }
    await cluster.apply(DEPLOYMENTS, workload, field_manager="allot")


async def has_come(found: Callable[[], Awaitable[bool]]) -> bool:
    """Return whether something becomes so, in time enough for a busy machine."""
    for _ in range(WAIT_TENTHS):
        if await found():
            return True
        await asyncio.sleep(0.1)
    return False


async def ask(cluster: Cluster, namespace: str, resource: Resource, asked: int = 1) -> None:
    """Have some gateways ask until there is one allocation, or they have had their time.

    What they see is what a watch shows: Kubernetes' own controllers write to the objects too.
    """
    view, key = View(), DeploymentKey(namespace, ID)

    async def is_seen() -> bool:
        target = view.find_target(key)
        return view.is_synced and None not in (target.deployment, target.workload)

    async def is_asked_for() -> bool:
        found = await cluster.get(resource, namespace, NAME if resource is DEPLOYMENTS else ID)
        return found is not None and found["spec"]["replicas"] > 0

    watching = asyncio.create_task(follow(cluster, view, (namespace,), namespace))
    try:
        assert await has_come(is_seen)
        starters = [Starter(cluster, view.find_target, lambda _: True) for _ in range(asked)]
        for starter in starters:
            starter.ask(key)
        await has_come(is_asked_for)
        for starter in starters:
            await starter.close()
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def test_of_gateways_that_race_one_asks_for_the_first_allocation(
    cluster: Cluster, namespace: str
) -> None:
    await make_at_zero(cluster, namespace)

    await ask(cluster, namespace, DEPLOYMENTS, asked=3)

    found = await cluster.get(DEPLOYMENTS, namespace, NAME)
    assert found is not None
    assert (found["spec"]["replicas"], found["metadata"]["generation"]) == (1, 2)
    owners = {
        entry["manager"]
        for entry in found["metadata"]["managedFields"]
        if "f:replicas" in entry["fieldsV1"].get("f:spec", {})
    }
    assert owners == {SCALER_MANAGER}


async def test_an_external_number_is_moved_by_the_scale(cluster: Cluster, namespace: str) -> None:
    await make_at_zero(cluster, namespace, replicas=0, scaling={"policy": "external"})

    await ask(cluster, namespace, MODEL_DEPLOYMENTS)

    found = await cluster.get(MODEL_DEPLOYMENTS, namespace, ID)
    workload = await cluster.get(DEPLOYMENTS, namespace, NAME)
    assert found is not None
    assert workload is not None
    assert found["spec"]["replicas"] == 1
    # That is the operator's to copy.
    assert workload["spec"]["replicas"] == 0


async def test_the_operator_sees_a_gateway_by_its_lease(cluster: Cluster, namespace: str) -> None:
    presence = Presence(cluster, lambda: (namespace,), "gateway-1", lambda _: {ID: 12})
    task = asyncio.create_task(presence.keep())

    async def is_there() -> bool:
        return await cluster.get(LEASES, namespace, lease_name("gateway-1")) is not None

    assert await has_come(is_there)
    lease = await cluster.get(LEASES, namespace, lease_name("gateway-1"))
    gateways = Gateways()
    gateways.look([lease] if lease else [], 0.0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert lease is not None
    assert gateways.namespaces(1.0) == {namespace}
    assert read_held(lease) == {ID: 12}
    assert await cluster.get(LEASES, namespace, lease_name("gateway-1")) is None
