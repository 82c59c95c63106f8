"""Both implementations of the cluster protocol: the fake, and a real API server."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import pytest

from allot_cluster.connection import connect
from allot_cluster.interface import Cluster
from allot_cluster.resources import NAMESPACES
from tests.fakes.cluster import FakeCluster


@pytest.fixture(params=["fake", "live"])
async def cluster(request: pytest.FixtureRequest) -> AsyncIterator[Cluster]:
    if request.param == "fake":
        yield FakeCluster()
        return
    local = request.getfixturevalue("local_cluster")
    async with await connect(kubeconfig=str(local.kubeconfig)) as live:
        yield live


@pytest.fixture
async def namespace(cluster: Cluster) -> AsyncIterator[str]:
    name = f"contract-{uuid.uuid4().hex[:8]}"
    await cluster.create(NAMESPACES, {"metadata": {"name": name}})
    yield name
    await cluster.delete(NAMESPACES, None, name)
