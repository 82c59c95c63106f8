"""Reads what several passes need."""

from __future__ import annotations

import asyncio

from allot_cluster.declared import Model, read_model
from allot_cluster.interface import Cluster, Manifest
from allot_cluster.resources import TRAINED_MODELS, Resource
from allot_cluster.subjects import Subject, controller_uid, identify
from allot_operator.acceptance.catalogue import Catalogue
from allot_operator.errors import GatherAgain


async def gather_catalogue(cluster: Cluster, namespace: str, operator_namespace: str) -> Catalogue:
    """Return the models that objects of a namespace may name."""
    if namespace == operator_namespace:
        own = await gather_models(cluster, namespace)
        return Catalogue(namespace, own, operator_namespace, own)
    own, shared = await asyncio.gather(
        gather_models(cluster, namespace), gather_models(cluster, operator_namespace)
    )
    return Catalogue(namespace, own, operator_namespace, shared)


async def gather_models(cluster: Cluster, namespace: str) -> tuple[Model, ...]:
    """Return the models of one namespace."""
    listing = await cluster.list(TRAINED_MODELS, namespace=namespace)
    return tuple(read_model(item) for item in listing.items)


def find_squatter(resource: Resource, manifest: Manifest | None, owner: Subject) -> Subject | None:
    """Return who has the name of an object that `owner` needs, or None if it is free or its own.

    Raises GatherAgain for what is left of a former owner of the same name: the garbage
    collector is about to remove it.
    """
    if manifest is None or controller_uid(manifest) == owner.uid:
        return None
    squatter = identify(resource, manifest)
    references = manifest["metadata"].get("ownerReferences", ())
    is_leftover = any(
        (one.get("kind"), one.get("name")) == (owner.kind, owner.name) for one in references
    )
    if is_leftover or squatter.is_being_deleted:
        raise GatherAgain(f"{squatter} of a former {owner} is being removed")
    return squatter
