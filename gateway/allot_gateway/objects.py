"""The objects of ids: found, or made, under the names that a gateway gives them."""

from __future__ import annotations

from collections.abc import Callable

from allot_cluster.errors import AlreadyExists
from allot_cluster.interface import Cluster, Manifest
from allot_cluster.resources import Resource
from allot_gateway.naming import list_names
from allot_gateway.ownership import GATEWAY_MANAGER

Claims = Callable[[Manifest], str]
"""Says which id an object claims."""


async def find_object(
    cluster: Cluster,
    resource: Resource,
    namespace: str,
    identifier: str,
    claims: Claims,
    known: str = "",
) -> Manifest | None:
    """Return the object of an id as the API server has it now, the one named `known` first."""
    names = (known,) if known else ()
    for name in dict.fromkeys((*names, *list_names(identifier))):
        manifest = await cluster.get(resource, namespace, name)
        if manifest is not None and claims(manifest) == identifier:
            return manifest
    return None


async def create_object(
    cluster: Cluster,
    resource: Resource,
    identifier: str,
    claims: Claims,
    build: Callable[[str], Manifest],
) -> Manifest | None:
    """Create the object of an id; where its name is taken by another id, under a derived name.

    `build` makes the object of a name. Return None where the id is taken.
    """
    for name in list_names(identifier):
        manifest = build(name)
        try:
            return await cluster.create(resource, manifest, field_manager=GATEWAY_MANAGER)
        except AlreadyExists:
            there = await cluster.get(resource, manifest["metadata"]["namespace"], name)
            if there is None or claims(there) == identifier:
                return None
    return None
