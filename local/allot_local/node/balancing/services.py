"""What Services of type LoadBalancer ask for: an address each, and listeners. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

TCP = "TCP"
LOAD_BALANCER = "LoadBalancer"

# A listening place: address and port.
Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Balanced:
    """A Service that wants an address: its pods' labels, and its TCP ports with their targets.

    `address` is what its status says, "" for nothing. A target is a port's number or name.
    """

    namespace: str
    name: str
    created: str
    selector: tuple[tuple[str, str], ...]
    ports: tuple[tuple[int, int | str], ...]
    address: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """Where a listener's connections go."""

    namespace: str
    selector: tuple[tuple[str, str], ...]
    target: int | str


def read_service(manifest: Mapping[str, Any]) -> Balanced | None:
    """Return what the Service asks for; None unless it is this node's to balance.

    One with a class asks for another balancer, one without a selector has no pods, and
    only TCP is carried.
    """
    spec, metadata = manifest["spec"], manifest["metadata"]
    selector = spec.get("selector") or {}
    ports = tuple(
        (port["port"], port.get("targetPort") or port["port"])
        for port in spec.get("ports", ())
        if port.get("protocol", TCP) == TCP
    )
    is_ours = spec.get("type") == LOAD_BALANCER and "loadBalancerClass" not in spec
    if not (is_ours and selector and ports):
        return None
    ingress = manifest.get("status", {}).get("loadBalancer", {}).get("ingress", [])
    return Balanced(
        namespace=metadata["namespace"],
        name=metadata["name"],
        created=metadata["creationTimestamp"],
        selector=tuple(sorted(selector.items())),
        ports=ports,
        address=ingress[0].get("ip", "") if ingress else "",
    )


def assign_addresses(services: Iterable[Balanced], reserved: Sequence[str]) -> dict[Balanced, str]:
    """Return each Service's address: the one that its status says, else the first free one.

    So addresses outlive the agent. Of two that say the same the older has it; a Service for
    which none is left is left out.
    """
    in_order = sorted(services, key=lambda one: (one.created, one.namespace, one.name))
    kept: dict[str, Balanced] = {}
    for service in in_order:
        if service.address in reserved:
            kept.setdefault(service.address, service)
    assigned = {service: address for address, service in kept.items()}
    free = iter([address for address in reserved if address not in kept])
    for service in in_order:
        if service not in assigned and (address := next(free, None)) is not None:
            assigned[service] = address
    return assigned


def plan_listeners(assigned: Mapping[Balanced, str]) -> dict[Place, Route]:
    """Return where to listen, and where connections made there go."""
    return {
        (address, port): Route(service.namespace, service.selector, target)
        for service, address in assigned.items()
        for port, target in service.ports
    }
