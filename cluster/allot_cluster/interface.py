"""The calls to the API server that Allot needs, in Allot's own types.

`live.LiveCluster` makes them against a real API server; the tests have a twin in memory, and one
suite of tests holds both to what is said here. Every call may raise `errors.Unavailable` and
`errors.Forbidden`; the docstrings name the other errors.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, Protocol

from allot_api import names
from allot_cluster.resources import Resource

Manifest = dict[str, Any]
"""A Kubernetes object as JSON has it. What a call returns is the caller's to keep and change."""

Subresource = Literal["", "status", "scale"]
"""`scale` is only replaced, by an `autoscaling/v1` Scale, which names its kind itself."""

DEFAULT_FIELD_MANAGER = names.SHAPE_MANAGER


class ChangeType(StrEnum):
    """What a watch reports."""

    ADDED = "ADDED"
    MODIFIED = "MODIFIED"
    DELETED = "DELETED"
    SYNCED = "SYNCED"


@dataclass(frozen=True, slots=True)
class Change:
    """One step of a watch.

    `object` is the object after the change. For DELETED it is the last known form, of which only
    apiVersion, kind and metadata are certain to be there; for SYNCED it is empty.
    """

    type: ChangeType
    object: Manifest


@dataclass(frozen=True, slots=True)
class Listing:
    """All objects that matched, complete, and the version of the collection they were read at."""

    items: tuple[Manifest, ...]
    resource_version: str


class Cluster(Protocol):
    """An API server.

    A manifest names its namespace in its metadata; so do the items of a listing their apiVersion
    and kind.
    """

    async def get(self, resource: Resource, namespace: str | None, name: str) -> Manifest | None:
        """Return the object, or None if there is none."""
        ...

    async def list(
        self, resource: Resource, *, namespace: str | None = None, label_selector: str = ""
    ) -> Listing:
        """Return every object of the namespace, or of all namespaces; read page by page."""
        ...

    async def apply(
        self,
        resource: Resource,
        manifest: Manifest,
        *,
        field_manager: str,
        force: bool = True,
        subresource: Subresource = "",
        dry_run: bool = False,
    ) -> Manifest:
        """Server-side apply: return the object as it then is, having made it if need be.

        What `field_manager` sent before and leaves out now is removed, unless others own it too.
        An apply that changes nothing leaves the resourceVersion as it is. With a
        `metadata.resourceVersion` in the manifest it is refused if the object has another one.

        Raises Conflict (another owner and not `force`; another resourceVersion), Invalid (also for
        a partial manifest of an object that is gone) and NotFound (a subresource of such).
        """
        ...

    async def create(
        self, resource: Resource, manifest: Manifest, *, field_manager: str = DEFAULT_FIELD_MANAGER
    ) -> Manifest:
        """Return the new object; `metadata.generateName` is honoured.

        Raises AlreadyExists, Invalid and NotFound, which means that the namespace, or the kind,
        does not exist.
        """
        ...

    async def replace(
        self,
        resource: Resource,
        manifest: Manifest,
        *,
        field_manager: str = DEFAULT_FIELD_MANAGER,
        subresource: Subresource = "",
    ) -> Manifest:
        """Return the object as written.

        Raises Invalid, Conflict if its resourceVersion has moved, and one of NotFound and Conflict
        (which, is the kind's affair) if it is gone.
        """
        ...

    async def delete(
        self, resource: Resource, namespace: str | None, name: str, *, uid: str | None = None
    ) -> None:
        """Delete the object, and in the background what it owns; that it is gone already is fine.

        Raises Conflict if `uid` is given and the object of that name has another one.
        """
        ...

    def watch(
        self, resource: Resource, *, namespace: str | None = None, label_selector: str = ""
    ) -> AsyncGenerator[Change, None]:
        """Report all objects as ADDED, then SYNCED, then every change, without end.

        A cut connection, a restart of the server or an expired version is not seen: it goes on
        where it was, or lists again and reports the differences, a DELETED for each object that
        vanished meanwhile, and then one more SYNCED. An object that ceases to match the selector
        is DELETED. It waits while the server is away. Only before the first SYNCED does it raise
        Forbidden, Invalid or NotFound (of the kind); later it waits on these too, since a server
        that has just started answers so for some seconds. Close it with `contextlib.aclosing`.
        """
        ...
