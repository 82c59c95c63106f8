"""Choose loopback ports and a pod network that nothing else on this machine uses."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from allot_local.errors import LocalClusterError
from allot_local.layout import Addresses

PORTS_NEEDED = 6
# 127.0 is everybody's, and 127.1 a common choice by hand.
POD_OCTETS = range(16, 255)


def choose_addresses(pod_octet: int) -> Addresses:
    """Return addresses with free ports and the given pod network."""
    api_server, etcd, etcd_peer, controller_manager, scheduler, node = free_ports(PORTS_NEEDED)
    return Addresses(
        api_server=api_server,
        etcd=etcd,
        etcd_peer=etcd_peer,
        controller_manager=controller_manager,
        scheduler=scheduler,
        node=node,
        pod_octet=pod_octet,
    )


def free_ports(count: int) -> list[int]:
    """Return so many distinct ports that were free on loopback just now."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def claim_octet(registry: Path, taken_by: str, free: Iterable[int] = POD_OCTETS) -> int:
    """Return an octet for the cluster `taken_by`, the same at every call.

    The registry is a folder with one link for each octet, shared by all clusters of
    this user; making a link is atomic. Raises LocalClusterError when none is free.
    """
    registry.mkdir(parents=True, exist_ok=True)
    for octet in free:
        link = registry / str(octet)
        try:
            link.symlink_to(taken_by)
        except FileExistsError:
            if link.readlink() != Path(taken_by) and is_claimed(link):
                continue
            replace_link(link, taken_by)
        return octet
    raise LocalClusterError("every pod network is taken: remove clusters with `allot local reset`")


def is_claimed(link: Path) -> bool:
    """Say whether the cluster that a claim names still exists."""
    return link.readlink().exists()


def replace_link(link: Path, target: str) -> None:
    """Point an existing link elsewhere, atomically."""
    fresh = link.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(link)


def release_octet(registry: Path, octet: int) -> None:
    """Give a pod network back."""
    (registry / str(octet)).unlink(missing_ok=True)
