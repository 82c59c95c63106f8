"""The calls of `interface.Cluster`, made to a real API server."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from types import TracebackType
from typing import Any, Self

from allot_cluster.errors import Expired, NotFound
from allot_cluster.interface import (
    DEFAULT_FIELD_MANAGER,
    Change,
    Listing,
    Manifest,
    Subresource,
)
from allot_cluster.resources import Resource
from allot_cluster.transport import Request, Transport
from allot_cluster.watching import Source, watch

APPLY = "application/apply-patch+yaml"
PAGE_SIZE = 500
_STRICT = {"fieldValidation": "Strict"}
"""Refuses a field that the kind does not have, where the server would drop it in silence."""


class LiveCluster:
    """A real API server, from `connection.connect`; a context manager, or `close` it."""

    def __init__(self, transport: Transport, *, default_namespace: str) -> None:
        self.default_namespace = default_namespace
        """The namespace of the kubeconfig's context, or of the pod."""
        self._transport = transport

    async def __aenter__(self) -> Self:
        """Return itself."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self.close()

    async def close(self) -> None:
        """Close the connections; running watches end with an error."""
        await self._transport.close()

    async def get(self, resource: Resource, namespace: str | None, name: str) -> Manifest | None:
        """Return the object, or None if there is none."""
        try:
            return await self._transport.send(Request("GET", resource.path(namespace, name)))
        except NotFound as error:
            if error.of_object:
                return None
            raise

    async def list(
        self, resource: Resource, *, namespace: str | None = None, label_selector: str = ""
    ) -> Listing:
        """Return every object, read in pages of 500; pages that expire are read again as one."""
        path = resource.path(namespace)
        query = {"labelSelector": label_selector} if label_selector else {}
        try:
            return await self._list_pages(resource, path, {**query, "limit": str(PAGE_SIZE)})
        except Expired:
            return await self._list_pages(resource, path, query)

    async def _list_pages(self, resource: Resource, path: str, query: Mapping[str, str]) -> Listing:
        items: list[Manifest] = []
        token = ""
        while True:
            asked = {**query, "continue": token} if token else query
            page = await self._transport.send(Request("GET", path, asked))
            items += [_with_kind(resource, item) for item in page.get("items") or []]
            token = page["metadata"].get("continue", "")
            if not token:
                return Listing(tuple(items), page["metadata"]["resourceVersion"])

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
        """Server-side apply, refusing unknown fields."""
        query = {**_STRICT, "fieldManager": field_manager, "force": str(force).lower()}
        if dry_run:
            query["dryRun"] = "All"
        path = resource.path(*_place(resource, manifest), subresource)
        body = _with_kind(resource, manifest)
        return await self._transport.send(Request("PATCH", path, query, body, APPLY))

    async def create(
        self, resource: Resource, manifest: Manifest, *, field_manager: str = DEFAULT_FIELD_MANAGER
    ) -> Manifest:
        """Make the object, refusing unknown fields."""
        namespace, _ = _place(resource, manifest)
        query = {**_STRICT, "fieldManager": field_manager}
        body = _with_kind(resource, manifest)
        return await self._transport.send(Request("POST", resource.path(namespace), query, body))

    async def replace(
        self,
        resource: Resource,
        manifest: Manifest,
        *,
        field_manager: str = DEFAULT_FIELD_MANAGER,
        subresource: Subresource = "",
    ) -> Manifest:
        """Write the object as a whole, refusing unknown fields."""
        query = {**_STRICT, "fieldManager": field_manager}
        path = resource.path(*_place(resource, manifest), subresource)
        body = _with_kind(resource, manifest)
        return await self._transport.send(Request("PUT", path, query, body))

    async def delete(
        self, resource: Resource, namespace: str | None, name: str, *, uid: str | None = None
    ) -> None:
        """Delete the object; the garbage collector deletes what it owns."""
        body: dict[str, Any] = {"propagationPolicy": "Background"}
        if uid:
            body["preconditions"] = {"uid": uid}
        try:
            await self._transport.send(Request("DELETE", resource.path(namespace, name), body=body))
        except NotFound as error:
            if not error.of_object:
                raise

    def watch(
        self, resource: Resource, *, namespace: str | None = None, label_selector: str = ""
    ) -> AsyncGenerator[Change, None]:
        """List and watch without end; `watching` says how."""
        return watch(
            Source(
                self._transport,
                lambda: self.list(resource, namespace=namespace, label_selector=label_selector),
                resource.path(namespace),
                label_selector,
            )
        )


def _place(resource: Resource, manifest: Manifest) -> tuple[str | None, str]:
    metadata = manifest["metadata"]
    namespace = metadata.get("namespace")
    if resource.namespaced and not namespace:
        raise ValueError(f"{resource.kind} {metadata.get('name')} needs a namespace")
    return namespace, metadata.get("name", "")


def _with_kind(resource: Resource, manifest: Manifest) -> Manifest:
    """Return the manifest with apiVersion and kind, which the items of a listing lack."""
    return {"apiVersion": resource.api_version, "kind": resource.kind, **manifest}
