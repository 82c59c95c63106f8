from __future__ import annotations

from typing import Any

import pytest

from allot_local.node.balancing.backends import Backend, build_backend, choose_order, find_places
from allot_local.node.balancing.services import Route
from allot_local.node.records import ContainerRecord, PodRecord

ROUTE = Route("n", (("app", "gateway"),), "http")


def a_backend(address: str = "127.17.1.1", **changes: Any) -> Backend:
    fields: dict[str, Any] = {
        "namespace": "n",
        "labels": {"app": "gateway", "hash": "1"},
        "address": address,
        "ports": {"http": 9200},
        "is_ready": True,
    }
    return Backend(**fields | changes)


def a_record(*ready: bool) -> PodRecord:
    init = ContainerRecord("init", "i", is_init=True)
    main = [ContainerRecord(f"main-{i}", "i", is_ready=one) for i, one in enumerate(ready)]
    return PodRecord("u", "n", "p", "127.17.1.1", "2026", (init, *main))


POD = {
    "metadata": {"labels": {"app": "gateway", "hash": "1"}},
    "spec": {
        "containers": [
            {"name": "a", "ports": [{"name": "http", "containerPort": 9200}]},
            {"name": "b", "ports": [{"containerPort": 1}]},
        ]
    },
}


def test_a_pod_is_seen_with_its_labels_and_named_ports() -> None:
    assert build_backend(POD, a_record(True, True), is_leaving=False) == a_backend()


@pytest.mark.parametrize(("ready", "is_leaving"), [((True, False), False), ((True, True), True)])
def test_a_pod_is_ready_while_every_container_is_and_it_does_not_leave(
    ready: tuple[bool, ...], is_leaving: bool
) -> None:
    assert not build_backend(POD, a_record(*ready), is_leaving=is_leaving).is_ready


def test_ready_pods_of_the_selector_get_connections() -> None:
    backends = [
        a_backend("127.17.1.2"),
        a_backend("127.17.1.1", ports={"http": 9201}),
        a_backend("127.17.1.3", is_ready=False),
        a_backend("127.17.1.4", labels={"app": "operator"}),
        a_backend("127.17.1.5", namespace="other"),
        a_backend("127.17.1.6", ports={"metrics": 9200}),
    ]

    assert find_places(ROUTE, backends) == [("127.17.1.1", 9201), ("127.17.1.2", 9200)]


def test_a_number_needs_no_named_port() -> None:
    route = Route("n", (("app", "gateway"),), 8080)

    assert find_places(route, [a_backend(ports={})]) == [("127.17.1.1", 8080)]


def test_turns_go_round_and_every_pod_is_tried() -> None:
    places = [("127.17.1.1", 80), ("127.17.1.2", 80), ("127.17.1.3", 80)]

    orders = [choose_order(places, turn) for turn in range(6)]

    assert [order[0] for order in orders] == places * 2
    assert all(sorted(order) == places for order in orders)


def test_without_pods_there_is_nothing_to_try() -> None:
    assert choose_order([], 7) == []
