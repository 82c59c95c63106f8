"""The Leases of gateways, in virtual time, as the operator reads them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Coroutine
from typing import Any

from allot_api.names import COMPONENT_LABEL, MANAGED_BY_LABEL
from allot_cluster.interface import Manifest
from allot_cluster.lease import Timing
from allot_cluster.resources import LEASES
from allot_gateway.routing.presence import Presence, lease_name
from allot_operator.observing.gateways import read_held
from tests.fakes.cluster import FakeCluster
from tests.fakes.virtual_time import run_in_virtual_time

NAMESPACES = ("default", "team")


def a_presence(
    cluster: FakeCluster,
    pod: str = "gateway-1",
    held: dict[str, dict[str, int]] | None = None,
    served: Collection[str] = NAMESPACES,
) -> Presence:
    found = held or {}
    return Presence(
        cluster, lambda: served, pod, lambda namespace: found.get(namespace, {}), Timing()
    )


def lease_of(cluster: FakeCluster, pod: str, namespace: str = "default") -> Manifest | None:
    return cluster.peek(LEASES, namespace, lease_name(pod))


def in_virtual_time(main: Coroutine[Any, Any, None]) -> None:
    run_in_virtual_time(main)


async def end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_a_gateway_is_seen_in_every_namespace_and_gone_when_it_stops() -> None:
    async def main() -> None:
        cluster = FakeCluster()
        task = asyncio.create_task(a_presence(cluster).keep())
        await asyncio.sleep(10)
        leases = {namespace: lease_of(cluster, "gateway-1", namespace) for namespace in NAMESPACES}
        await end(task)

        for lease in leases.values():
            assert lease is not None
            assert lease["metadata"]["labels"] == {
                MANAGED_BY_LABEL: "allot",
                COMPONENT_LABEL: "gateway",
            }
            assert lease["spec"]["holderIdentity"].startswith("gateway-1_")
        assert cluster.peek_all(LEASES) == []

    in_virtual_time(main())


def test_where_nothing_is_left_to_serve_nothing_is_written_any_more() -> None:
    async def main() -> None:
        cluster, served = FakeCluster(), {*NAMESPACES}
        task = asyncio.create_task(a_presence(cluster, served=served).keep())
        await asyncio.sleep(10)
        served.remove("team")
        await asyncio.sleep(5)
        left = [lease["metadata"]["namespace"] for lease in cluster.peek_all(LEASES)]
        cluster.writes.clear()
        await asyncio.sleep(100)
        written = {write.namespace for write in cluster.writes}
        served.add("team")
        await asyncio.sleep(5)
        again = lease_of(cluster, "gateway-1", "team")
        await end(task)

        assert left == ["default"]
        assert written == {"default"}
        assert again is not None

    in_virtual_time(main())


def test_what_is_held_goes_along_with_the_next_renewal() -> None:
    async def main() -> None:
        cluster, held = FakeCluster(), {"team": {"my-elser": 3}}
        task = asyncio.create_task(a_presence(cluster, held=held).keep())
        await asyncio.sleep(1)
        before = read_held(lease_of(cluster, "gateway-1", "team") or {})
        held["team"] = {"my-elser": 12}
        await asyncio.sleep(3)
        during = read_held(lease_of(cluster, "gateway-1", "team") or {})
        held["team"] = {}
        await asyncio.sleep(3)
        after = read_held(lease_of(cluster, "gateway-1", "team") or {})
        await end(task)

        assert (before, during, after) == ({"my-elser": 3}, {"my-elser": 12}, {})

    in_virtual_time(main())


def test_nothing_is_written_but_renewals() -> None:
    async def main() -> None:
        cluster = FakeCluster()
        task = asyncio.create_task(a_presence(cluster, held={"team": {"some": 1}}).keep())
        await asyncio.sleep(5)
        cluster.writes.clear()
        await asyncio.sleep(200)
        writes = list(cluster.writes)
        await end(task)

        assert {write.verb for write in writes} == {"replace"}
        # Two Leases, every two seconds.
        assert len(writes) <= 2 * 200 / Timing().retry + 2

    in_virtual_time(main())


def test_the_lease_of_a_gateway_that_died_is_deleted_by_another() -> None:
    async def main() -> None:
        cluster = FakeCluster()
        other = cluster.another_access()
        lives = asyncio.create_task(a_presence(cluster).keep())
        dies = asyncio.create_task(a_presence(other, "gateway-2").keep())
        await asyncio.sleep(300)
        both = len(cluster.peek_all(LEASES))
        other.away = True
        await asyncio.sleep(60)
        soon = lease_of(cluster, "gateway-2")
        await asyncio.sleep(120)
        later = lease_of(cluster, "gateway-2")
        mine = lease_of(cluster, "gateway-1")
        await end(dies)
        await end(lives)

        assert both == 4
        assert soon is not None
        assert later is None
        assert mine is not None

    in_virtual_time(main())


def test_a_gateway_that_was_thought_dead_is_seen_again() -> None:
    async def main() -> None:
        cluster = FakeCluster()
        other = cluster.another_access()
        lives = asyncio.create_task(a_presence(cluster).keep())
        hangs = asyncio.create_task(a_presence(other, "gateway-2").keep())
        await asyncio.sleep(5)
        other.away = True
        await asyncio.sleep(300)
        assert lease_of(cluster, "gateway-2") is None
        other.away = False
        await asyncio.sleep(30)
        again = lease_of(cluster, "gateway-2")
        await end(hangs)
        await end(lives)

        assert again is not None

    in_virtual_time(main())
