"""The reading of gateways' Leases, once in every round."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from allot_api.names import COMPONENT_LABEL, GATEWAY_COMPONENT, MANAGED_BY, MANAGED_BY_LABEL
from allot_cluster.errors import ClusterError
from allot_cluster.interface import Cluster, Manifest
from allot_cluster.resources import LEASES
from allot_operator.observing.gateways import Gateways

logger = logging.getLogger(__name__)

GATEWAY_LEASES = f"{MANAGED_BY_LABEL}={MANAGED_BY},{COMPONENT_LABEL}={GATEWAY_COMPONENT}"


async def look_for_gateways(
    cluster: Cluster,
    gateways: Gateways,
    namespaces: Sequence[str],
    monotonic: Callable[[], float],
) -> frozenset[str]:
    """Read the Leases of `namespaces`, of all if none is named.

    Return the namespaces to which a gateway came, or whose last one went, since the round before.
    Where they cannot be read, those that are known count until they expire.
    """
    leases: list[Manifest] = []
    try:
        for namespace in namespaces or (None,):
            listing = await cluster.list(LEASES, namespace=namespace, label_selector=GATEWAY_LEASES)
            leases += listing.items
        gateways.look(leases, monotonic())
    except ClusterError as error:
        logger.warning("The gateways' Leases could not be read: %s", error)
    return gateways.find_changes(monotonic())
