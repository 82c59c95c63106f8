"""Who an object is: what every decision about it, and every message, refers to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from allot_cluster.interface import Manifest
from allot_cluster.resources import Resource


@dataclass(frozen=True, slots=True)
class Subject:
    """The identity of one object as it was read.

    `created` is the API server's stamp, which sorts as text. `resource_version` is that of
    the reading: a write that carries it is refused if the object has moved on since.
    """

    resource: Resource
    namespace: str
    name: str
    uid: str
    generation: int
    created: str
    resource_version: str
    controller_uid: str = ""
    is_being_deleted: bool = False

    @property
    def kind(self) -> str:
        """Return the kind, as messages name it."""
        return self.resource.kind

    def __str__(self) -> str:
        """Return it as a message names it."""
        return f"{self.kind} {self.name}"


SubjectT = TypeVar("SubjectT", bound=Subject)


def identify(resource: Resource, manifest: Manifest) -> Subject:
    """Return who the object of this manifest is."""
    metadata = manifest["metadata"]
    return Subject(
        resource=resource,
        namespace=metadata.get("namespace", ""),
        name=metadata["name"],
        uid=metadata.get("uid", ""),
        generation=metadata.get("generation", 0),
        created=metadata.get("creationTimestamp", ""),
        resource_version=metadata.get("resourceVersion", ""),
        controller_uid=controller_uid(manifest),
        is_being_deleted="deletionTimestamp" in metadata,
    )


def controller_uid(manifest: Manifest) -> str:
    """Return the uid of the owner that controls the object, or "" if none does."""
    owners: Iterable[Manifest] = manifest["metadata"].get("ownerReferences", ())
    return next((str(owner["uid"]) for owner in owners if owner.get("controller")), "")
