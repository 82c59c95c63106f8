"""A stored spec is read, changed and written back, against the version that was read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from allot_cluster.errors import Conflict
from allot_cluster.interface import Cluster, Manifest
from allot_cluster.resources import Resource
from allot_gateway.ownership import GATEWAY_MANAGER

# The operator writes status meanwhile, and each such write is a new version.
ATTEMPTS = 5

Plan = Callable[[], Awaitable[tuple[Manifest, dict[str, Any]]]]
"""Reads the object anew; returns it with the spec that it is to have, its own where nothing is."""


async def rewrite(cluster: Cluster, resource: Resource, plan: Plan) -> Manifest:
    """Return the object as it is then; raises what `plan` raises, and ClusterError."""
    for attempt in range(ATTEMPTS):
        manifest, spec = await plan()
        if spec is manifest["spec"]:
            return manifest
        try:
            return await cluster.replace(
                resource, {**manifest, "spec": spec}, field_manager=GATEWAY_MANAGER
            )
        except Conflict:
            if attempt + 1 == ATTEMPTS:
                raise
    raise AssertionError("the last attempt returns or raises")
