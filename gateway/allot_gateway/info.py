"""`GET /` and `HEAD /`: who answers here, as Elasticsearch's clients ask at their first call."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from allot_cluster.errors import ClusterError
from allot_cluster.interface import Cluster
from allot_cluster.resources import NAMESPACES
from allot_gateway.answering import answer
from allot_gateway.routing_table import build_route
from allot_gateway.surroundings import Surroundings
from allot_gateway.version import BUILD_HASH, VERSION

NAME, CLUSTER_NAME = "allot-gateway", "allot"
TAGLINE = "You Know, for Search"
# Lives as long as the cluster does, and every cluster has one.
ETERNAL_NAMESPACE = "kube-system"
# Elasticsearch's own word while a cluster has no uuid yet.
NO_UUID = "_na_"


class Identity:
    """The cluster's uuid, read once: the uid of the namespace that is always there."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._uuid = ""

    async def find(self) -> str:
        """Return the uuid; while it cannot be read, the word for none."""
        if not self._uuid:
            try:
                found = await self._cluster.get(NAMESPACES, None, ETERNAL_NAMESPACE)
            except ClusterError:
                return NO_UUID
            self._uuid = str(found["metadata"]["uid"]) if found else NO_UUID
        return self._uuid


def build_routes(around: Surroundings) -> list[Route]:
    """Return the one route."""
    identity = Identity(around.cluster)

    async def describe(request: Request) -> Response:
        return answer(request, describe_cluster(await identity.find()))

    # Starlette answers HEAD wherever it answers GET.
    return [build_route("/", "GET", describe)]


def describe_cluster(uuid: str) -> dict[str, Any]:
    """Return the body of `GET /`."""
    return {
        "name": NAME,
        "cluster_name": CLUSTER_NAME,
        "cluster_uuid": uuid,
        "version": {
            "number": VERSION,
            "build_flavor": "default",
            "build_type": "docker",
            "build_hash": BUILD_HASH,
            # There is no build of Elasticsearch, and no index, so no Lucene.
            "build_date": "1970-01-01T00:00:00.000Z",
            "build_snapshot": False,
            "lucene_version": "none",
            "minimum_wire_compatibility_version": "8.0.0",
            "minimum_index_compatibility_version": "8.0.0",
        },
        "tagline": TAGLINE,
    }
