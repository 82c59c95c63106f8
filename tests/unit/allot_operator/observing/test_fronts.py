from __future__ import annotations

from typing import Any

from allot_api.names import GATEWAY_SERVICE
from allot_cluster.errors import ClusterError, Forbidden, Unavailable
from allot_cluster.interface import Manifest
from allot_cluster.resources import SERVICES
from allot_operator.desired.front import Front, NoFront
from allot_operator.observing.fronts import Fronts, look_for_front
from tests.fakes.cluster import FakeCluster

NAMESPACE = "allot-system"
BY_NAME = Front("http://allot-gateway.allot-system.svc:9200", "default")
BY_ADDRESS = Front("http://127.17.0.1:9200", "default")


def a_service(**status: Any) -> Manifest:
    return {
        "apiVersion": SERVICES.api_version,
        "kind": SERVICES.kind,
        "metadata": {"name": GATEWAY_SERVICE, "namespace": NAMESPACE},
        "spec": {"ports": [{"name": "http", "port": 9200}]},
        "status": status,
    }


def failing(error: ClusterError) -> FakeCluster:
    cluster = FakeCluster()
    cluster.fail("get", error)
    return cluster


async def test_an_address_that_comes_is_told_once() -> None:
    cluster, fronts = FakeCluster(), Fronts()
    cluster.add(SERVICES, a_service())

    first = await look_for_front(cluster, fronts, NAMESPACE), fronts.current
    again = await look_for_front(cluster, fronts, NAMESPACE)
    await cluster.delete(SERVICES, NAMESPACE, GATEWAY_SERVICE)
    cluster.add(SERVICES, a_service(loadBalancer={"ingress": [{"ip": "127.17.0.1"}]}))
    later = await look_for_front(cluster, fronts, NAMESPACE), fronts.current

    assert (first, again, later) == ((True, BY_NAME), False, (True, BY_ADDRESS))


async def test_what_cannot_be_read_changes_nothing() -> None:
    fronts = Fronts()
    fronts.current = BY_ADDRESS

    assert not await look_for_front(failing(Unavailable("away")), fronts, NAMESPACE)
    assert fronts.current == BY_ADDRESS


async def test_a_gateway_that_may_not_be_looked_for_is_absent() -> None:
    fronts = Fronts()

    await look_for_front(failing(Forbidden("services")), fronts, NAMESPACE)

    assert fronts.current is NoFront.ABSENT


async def test_one_that_is_named_by_a_setting_is_not_looked_for() -> None:
    fronts = Fronts("search", "https://inference.example.com/")

    changed = await look_for_front(failing(Unavailable("away")), fronts, NAMESPACE)

    assert not changed
    assert fronts.current == Front("https://inference.example.com", "search")
