from __future__ import annotations

from typing import Any

import pytest

from allot_api.names import (
    COMPONENT_LABEL,
    GATEWAY_COMPONENT,
    HELD_ANNOTATION,
    MANAGED_BY,
    MANAGED_BY_LABEL,
)
from allot_cluster.errors import Unavailable
from allot_cluster.interface import Manifest
from allot_cluster.resources import LEASES, MODEL_DEPLOYMENTS
from allot_operator.observing.gateway_rounds import look_for_gateways
from allot_operator.observing.gateways import TIMING, Gateways, read_held
from allot_operator.scaling.observation import Held
from allot_operator.work.keys import Key
from tests.fakes.cluster import FakeCluster

KEY = Key(MODEL_DEPLOYMENTS, "a", "d")
LABELS = {MANAGED_BY_LABEL: MANAGED_BY, COMPONENT_LABEL: GATEWAY_COMPONENT}


def a_lease(name: str = "gateway-0", held: str = "{}", version: int = 1, **spec: Any) -> Manifest:
    return {
        "apiVersion": LEASES.api_version,
        "kind": LEASES.kind,
        "metadata": {
            "namespace": "a", "name": name, "uid": name, "resourceVersion": str(version),
            "labels": LABELS, "annotations": {HELD_ANNOTATION: held},
        },
        "spec": {"holderIdentity": name, "leaseDurationSeconds": TIMING.duration} | spec,
    }  # fmt: skip


def test_what_all_gateways_hold_for_a_deployment_is_added() -> None:
    gateways = Gateways()
    gateways.look([a_lease("one", '{"d": 2, "e": 9}'), a_lease("two", '{"d": 3}')], now=0.0)

    assert gateways.held_for(KEY, now=1.0) == Held(5, is_gateway_there=True)
    assert gateways.held_for(Key(MODEL_DEPLOYMENTS, "b", "d"), now=1.0) == Held()


def test_a_lease_that_is_not_renewed_expires_by_what_was_seen_here() -> None:
    gateways = Gateways()
    for now in (0.0, TIMING.duration - 1.0, TIMING.duration + 1.0):
        gateways.look([a_lease()], now)
    assert not gateways.held_for(KEY, TIMING.duration + 1.0).is_gateway_there

    gateways.look([a_lease(version=2)], TIMING.duration + 2.0)
    assert gateways.held_for(KEY, TIMING.duration + 3.0).is_gateway_there


def test_a_lease_that_was_released_is_nobodys() -> None:
    gateways = Gateways()
    gateways.look([a_lease(holderIdentity="")], now=0.0)

    assert gateways.held_for(KEY, now=1.0) == Held()


@pytest.mark.parametrize("said", ["", "[1]", "{", '{"d": "5"}', '{"d": -1}', "7", '{"d": true}'])
def test_what_is_not_understood_is_nothing(said: str) -> None:
    assert read_held(a_lease(held=said)) == {}


async def test_namespaces_are_told_when_a_gateway_comes_and_when_it_goes() -> None:
    cluster, gateways, now = FakeCluster(), Gateways(), [0.0]
    cluster.add(LEASES, a_lease())
    stranger = a_lease("operator")
    stranger["metadata"]["labels"] = {MANAGED_BY_LABEL: MANAGED_BY}
    stranger["metadata"]["namespace"] = "b"
    cluster.add(LEASES, stranger)

    async def look() -> frozenset[str]:
        return await look_for_gateways(cluster, gateways, (), lambda: now[0])

    assert await look() == {"a"}
    assert await look() == frozenset()
    now[0] = TIMING.duration + 1.0
    assert await look() == {"a"}
    assert gateways.namespaces(now[0]) == frozenset()


async def test_an_api_server_that_is_away_makes_no_gateway_go_before_its_time() -> None:
    cluster, gateways = FakeCluster(), Gateways()
    assert not gateways.is_known
    cluster.add(LEASES, a_lease())
    await look_for_gateways(cluster, gateways, ("a",), lambda: 0.0)
    cluster.fail("list", Unavailable("away"))

    assert await look_for_gateways(cluster, gateways, ("a",), lambda: 5.0) == frozenset()
    assert gateways.is_known
    assert gateways.held_for(KEY, 5.0).is_gateway_there
