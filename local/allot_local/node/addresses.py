"""Give pods, and Services that are reached from outside, addresses of the pod network. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection

from allot_local.node.errors import NodeError

# The first addresses are left for people: Services of type LoadBalancer answer there.
FIRST_OFFSET = 256 + 1
RESERVED_OFFSETS = range(1, 256)


def choose_address(network: str, taken: Collection[str], after: str = "") -> str:
    """Return the next free address after the one given last, so that none is soon reused.

    Raises NodeError when every address is taken.
    """
    space = ipaddress.ip_network(network)
    size = space.num_addresses - 1
    start = int(ipaddress.ip_address(after)) - int(space[0]) + 1 if after else FIRST_OFFSET
    for step in range(size):
        offset = (start - FIRST_OFFSET + step) % (size - FIRST_OFFSET) + FIRST_OFFSET
        address = str(space[offset])
        if address not in taken:
            return address
    raise NodeError(f"the pod network {network} has no free address")


def reserved_addresses(network: str) -> list[str]:
    """Return the addresses that no pod gets, in order."""
    space = ipaddress.ip_network(network)
    return [str(space[offset]) for offset in RESERVED_OFFSETS]
