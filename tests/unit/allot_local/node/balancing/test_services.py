from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_local.node.balancing.services import (
    Balanced,
    Route,
    assign_addresses,
    plan_listeners,
    read_service,
)

CREATED = "2026-11-30T00:00:00Z"
RESERVED = ["127.17.0.1", "127.17.0.2", "127.17.0.3"]


def a_manifest(**spec: Any) -> dict[str, Any]:
    return {
        "metadata": {"namespace": "n", "name": "gateway", "creationTimestamp": CREATED},
        "spec": {
            "type": "LoadBalancer",
            "selector": {"app": "gateway", "part": "allot"},
            "ports": [{"port": 9200, "targetPort": "http", "protocol": "TCP"}],
            **spec,
        },
        "status": {"loadBalancer": {}},
    }


def a_service(name: str, address: str = "", created: str = "2026") -> Balanced:
    return Balanced("n", name, created, (("app", name),), ((80, "http"),), address)


def test_a_service_asks_for_its_pods_and_ports() -> None:
    manifest = a_manifest() | {"status": {"loadBalancer": {"ingress": [{"ip": "127.17.0.9"}]}}}

    assert read_service(manifest) == Balanced(
        "n",
        "gateway",
        CREATED,
        (("app", "gateway"), ("part", "allot")),
        ((9200, "http"),),
        "127.17.0.9",
    )


def test_a_target_is_the_port_itself_if_left_out_and_other_protocols_are_not_carried() -> None:
    ports = [{"port": 80}, {"port": 53, "protocol": "UDP"}, {"port": 443, "targetPort": 8443}]

    service = read_service(a_manifest(ports=ports))

    assert service is not None
    assert service.ports == ((80, 80), (443, 8443))


@pytest.mark.parametrize(
    "spec",
    [
        {"type": "ClusterIP"},
        {"type": "NodePort"},
        {"loadBalancerClass": "example.com/other"},
        {"selector": None},
        {"selector": {}},
        {"ports": [{"port": 53, "protocol": "UDP"}]},
    ],
)
def test_other_services_are_left_alone(spec: dict[str, Any]) -> None:
    assert read_service(a_manifest(**spec)) is None


def test_the_first_service_has_the_first_address() -> None:
    assert assign_addresses([a_service("a")], RESERVED) == {a_service("a"): "127.17.0.1"}


def test_an_address_in_the_status_is_kept_over_restarts() -> None:
    old, new = a_service("old", "127.17.0.2", "2027"), a_service("new", created="2025")

    assert assign_addresses([new, old], RESERVED) == {old: "127.17.0.2", new: "127.17.0.1"}


def test_of_two_with_one_address_the_older_keeps_it() -> None:
    young, old = a_service("a", RESERVED[0], "2027"), a_service("b", RESERVED[0], "2026")

    assert assign_addresses([young, old], RESERVED) == {old: RESERVED[0], young: RESERVED[1]}


def test_an_address_of_another_network_is_given_up() -> None:
    service = a_service("a", "127.99.0.1")

    assert assign_addresses([service], RESERVED) == {service: "127.17.0.1"}


@given(
    st.lists(
        st.builds(
            a_service, st.text("abc", min_size=1), st.sampled_from(["", *RESERVED, "10.0.0.1"])
        ),
        unique_by=lambda one: one.name,
    )
)
def test_no_address_is_given_twice_and_none_is_held_back(services: list[Balanced]) -> None:
    assigned = assign_addresses(services, RESERVED)

    assert len(set(assigned.values())) == len(assigned) == min(len(services), len(RESERVED))
    assert set(assigned.values()) <= set(RESERVED)


def test_each_port_of_each_service_has_its_listener() -> None:
    two = Balanced("n", "two", "2026", (("app", "two"),), ((80, 8080), (443, "https")))

    assert plan_listeners({two: "127.17.0.1", a_service("a"): "127.17.0.2"}) == {
        ("127.17.0.1", 80): Route("n", (("app", "two"),), 8080),
        ("127.17.0.1", 443): Route("n", (("app", "two"),), "https"),
        ("127.17.0.2", 80): Route("n", (("app", "a"),), "http"),
    }
