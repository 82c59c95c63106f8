"""Which pods a connection may go to, and in which order they are tried. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from allot_local.node.balancing.services import Place, Route
from allot_local.node.records import PodRecord


@dataclass(frozen=True, slots=True)
class Backend:
    """A pod as a Service sees it: labels, address, and its named ports."""

    namespace: str
    labels: Mapping[str, str]
    address: str
    ports: Mapping[str, int]
    is_ready: bool


def build_backend(pod: Mapping[str, Any], record: PodRecord, *, is_leaving: bool) -> Backend:
    """Return the pod as Services see it; one that is being ended is not ready."""
    ports = [port for one in pod["spec"]["containers"] for port in one.get("ports", [])]
    main = [one for one in record.containers if not one.is_init]
    return Backend(
        namespace=record.namespace,
        labels=pod["metadata"].get("labels", {}),
        address=record.address,
        ports={port["name"]: port["containerPort"] for port in ports if "name" in port},
        is_ready=all(one.is_ready for one in main) and not is_leaving,
    )


def find_places(route: Route, backends: Iterable[Backend]) -> list[Place]:
    """Return where the route's ready pods listen, by address; one without its port is left out."""
    found = [
        (backend.address, port)
        for backend in backends
        if is_selected(route, backend)
        and (port := find_port(route.target, backend.ports)) is not None
    ]
    return sorted(found)


def is_selected(route: Route, backend: Backend) -> bool:
    """Whether the pod is ready and carries every label of the Service's selector."""
    if not backend.is_ready or backend.namespace != route.namespace:
        return False
    return all(backend.labels.get(key) == value for key, value in route.selector)


def find_port(target: int | str, ports: Mapping[str, int]) -> int | None:
    """Return the port's number; a name is looked up in the pod."""
    return target if isinstance(target, int) else ports.get(target)


def choose_order(places: Sequence[Place], turn: int) -> list[Place]:
    """Return the places in the order in which the turn's connection tries them: round robin."""
    if not places:
        return []
    first = turn % len(places)
    return [*places[first:], *places[:first]]
