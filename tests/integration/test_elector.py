"""The elector on a real API server that one candidate loses sight of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from allot_cluster.connection import connect
from allot_cluster.elector import Elector
from allot_cluster.interface import Cluster
from allot_cluster.lease import LeaseKey, Timing
from allot_cluster.resources import LEASES
from allot_local.cluster import LocalCluster
from tests.fakes.tcp_proxy import TcpProxy, tcp_proxy

TIMING = Timing(duration=4, renew_deadline=2.5, retry=0.4)


@dataclass(slots=True)
class Roads:
    """A road to the API server that stays, and one that a test can close."""

    safe: Cluster
    fragile: Cluster
    proxy: TcpProxy


def read_kubeconfig(cluster: LocalCluster) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(cluster.kubeconfig.read_text())
    return document


def write_kubeconfig(cluster: LocalCluster, path: Path, port: int) -> Path:
    """Write a kubeconfig that goes by another port of this machine."""
    document = read_kubeconfig(cluster)
    entry = document["clusters"][0]["cluster"]
    entry["server"] = f"https://127.0.0.1:{port}"
    if certificate := entry.get("certificate-authority"):
        entry["certificate-authority"] = str(cluster.kubeconfig.parent / certificate)
    path.write_text(yaml.safe_dump(document))
    return path


@pytest.fixture
async def roads(local_cluster: LocalCluster, tmp_path: Path) -> AsyncIterator[Roads]:
    server = urlsplit(read_kubeconfig(local_cluster)["clusters"][0]["cluster"]["server"])
    async with tcp_proxy(server.port or 443) as proxy:
        path = write_kubeconfig(local_cluster, tmp_path / "kubeconfig", proxy.port)
        async with (
            await connect(kubeconfig=str(local_cluster.kubeconfig)) as safe,
            await connect(kubeconfig=str(path)) as fragile,
        ):
            yield Roads(safe, fragile, proxy)


@dataclass(slots=True)
class Story:
    """Who led from when to when, by the loop's clock."""

    spans: list[tuple[str, float, float]] = field(default_factory=list)
    leading: set[str] = field(default_factory=set)
    began: dict[str, asyncio.Event] = field(default_factory=dict)

    def work(self, name: str) -> Callable[[], asyncio.Future[None]]:
        self.began[name] = asyncio.Event()

        async def lead() -> None:
            assert not self.leading
            self.leading.add(name)
            began = asyncio.get_running_loop().time()
            self.began[name].set()
            try:
                await asyncio.Event().wait()
            finally:
                self.leading.remove(name)
                self.spans.append((name, began, asyncio.get_running_loop().time()))

        return lambda: asyncio.ensure_future(lead())


async def stop(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.parametrize("fault", ["refuse", "clog"])
async def test_who_loses_the_server_stops_before_another_begins(
    roads: Roads, namespace: str, fault: str
) -> None:
    key, story = LeaseKey(namespace, "elector"), Story()
    clock = asyncio.get_running_loop().time
    first = Elector(roads.fragile, key, "first", timing=TIMING)
    second = Elector(roads.safe, key, "second", timing=TIMING)
    tasks = [asyncio.create_task(first.run(story.work("first")))]
    await asyncio.wait_for(story.began["first"].wait(), 10)
    tasks.append(asyncio.create_task(second.run(story.work("second"))))
    await asyncio.sleep(2)

    lost = clock()
    getattr(roads.proxy, fault)()
    await asyncio.wait_for(story.began["second"].wait(), 15)
    taken = clock()

    [(name, _, ended)] = story.spans
    assert name == "first"
    assert ended - lost <= TIMING.renew_deadline + 0.5
    assert taken - ended >= 0.5
    assert taken - lost <= TIMING.duration + 2
    roads.proxy.mend()
    await asyncio.sleep(2)
    assert story.leading == {"second"}
    await stop(*tasks)
    assert await holder(roads.safe, key) == ""


async def test_a_cut_connection_is_not_a_loss(roads: Roads, namespace: str) -> None:
    key, story = LeaseKey(namespace, "elector"), Story()
    elector = Elector(roads.fragile, key, "first", timing=TIMING)
    task = asyncio.create_task(elector.run(story.work("first")))
    await asyncio.wait_for(story.began["first"].wait(), 10)

    for _ in range(5):
        roads.proxy.cut()
        await asyncio.sleep(0.7)

    assert story.leading == {"first"}
    assert story.spans == []
    await stop(task)


async def test_a_clean_stop_is_followed_at_once(roads: Roads, namespace: str) -> None:
    key, story = LeaseKey(namespace, "elector"), Story()
    timing = Timing()
    first = asyncio.create_task(
        Elector(roads.safe, key, "first", timing=timing).run(story.work("first"))
    )
    await asyncio.wait_for(story.began["first"].wait(), 10)
    second = asyncio.create_task(
        Elector(roads.fragile, key, "second", timing=timing).run(story.work("second"))
    )
    await asyncio.sleep(1)

    await stop(first)
    await asyncio.wait_for(story.began["second"].wait(), timing.retry + 1)

    assert await holder(roads.safe, key) == "second"
    await stop(second)


async def holder(cluster: Cluster, key: LeaseKey) -> str:
    lease = await cluster.get(LEASES, key.namespace, key.name)
    assert lease is not None
    return str(lease["spec"]["holderIdentity"])
