"""The gateway's address, read once in every round: it goes into the endpoints' URL."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from allot_api.names import GATEWAY_SERVICE
from allot_cluster.errors import ClusterError, Forbidden
from allot_cluster.interface import Cluster
from allot_cluster.resources import SERVICES
from allot_operator.desired.front import Front, NoFront, build_front

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Fronts:
    """The gateway as it was last seen; one that was named by a setting is not looked for."""

    default_namespace: str = "default"
    configured_url: str = ""
    current: Front | NoFront = field(init=False, default=NoFront.UNKNOWN)

    def __post_init__(self) -> None:
        """Take the setting, if there is one, for what is."""
        if self.configured_url:
            self.current = Front(self.configured_url.rstrip("/"), self.default_namespace)


async def look_for_front(cluster: Cluster, fronts: Fronts, namespace: str) -> bool:
    """Read the gateway's Service in `namespace`; return whether the gateway is another now.

    Where it cannot be read, what is known holds; where it may not be, no gateway is there.
    """
    if fronts.configured_url:
        return False
    try:
        service = await cluster.get(SERVICES, namespace, GATEWAY_SERVICE)
    except Forbidden:
        service = None
    except ClusterError as error:
        logger.warning("The gateway's Service could not be read: %s", error)
        return False
    before, fronts.current = fronts.current, build_front(service, fronts.default_namespace)
    return before != fronts.current
