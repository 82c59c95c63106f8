"""Writes status: by the status subresource, and only when it differs."""

from __future__ import annotations

from typing import Any

from allot_api.fields import Shape
from allot_api.names import SHAPE_MANAGER
from allot_cluster.errors import Conflict, NotFound
from allot_cluster.interface import Cluster, Manifest
from allot_cluster.subjects import Subject
from allot_operator.errors import GatherAgain


async def write_status(cluster: Cluster, subject: Subject, live: Manifest, status: Shape) -> bool:
    """Return whether there was something to write.

    The write carries the resourceVersion of the reading, so that a status never lands on an
    object that it does not speak of. Raises GatherAgain if the object has moved on.
    """
    wanted = dump_status(status)
    if wanted == live.get("status", {}):
        return False
    manifest = {
        "apiVersion": subject.resource.api_version,
        "kind": subject.kind,
        "metadata": {
            "name": subject.name,
            "namespace": subject.namespace,
            "resourceVersion": subject.resource_version,
        },
        "status": wanted,
    }
    try:
        await cluster.apply(
            subject.resource, manifest, field_manager=SHAPE_MANAGER, subresource="status"
        )
    except (Conflict, NotFound) as error:
        raise GatherAgain(f"{subject} has changed: {error}") from error
    return True


def dump_status(status: Shape) -> dict[str, Any]:
    """Return a status as the API server stores it."""
    dumped: dict[str, Any] = status.model_dump(mode="json", by_alias=True, exclude_none=True)
    return dumped
