"""Objects as the API server keeps them, without the server: the inside of the fake cluster.

The rules are those that callers can observe: a resourceVersion moves only when something changes,
a generation only with what is not status, managedFields say who set what, deleting an owner
deletes what it owns.
"""

from __future__ import annotations

import asyncio
import copy
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from allot_cluster.errors import AlreadyExists, Conflict, Invalid, NotFound
from allot_cluster.interface import Change, ChangeType, Listing, Manifest, Subresource
from allot_cluster.resources import (
    CONFIG_MAPS,
    DEPLOYMENTS,
    EVENTS,
    LEASES,
    MODEL_DEPLOYMENTS,
    NAMESPACES,
    SERVICES,
    Resource,
)
from tests.fakes.field_sets import Path, fields_of, fields_v1, merge, value_at, without
from tests.fakes.label_selectors import Labels, parse_selector

Key = tuple[Resource, str | None, str]
Owners = dict["Writer", set[Path]]

_START = datetime(2026, 1, 1, tzinfo=UTC)
_WITHOUT_GENERATION = {CONFIG_MAPS, EVENTS, LEASES, NAMESPACES, SERVICES}
_DEFAULT_REPLICAS = {DEPLOYMENTS, MODEL_DEPLOYMENTS}
_SERVER_METADATA = {
    "creationTimestamp",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "name",
    "namespace",
    "resourceVersion",
    "uid",
}


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes, and how: one entry of managedFields."""

    manager: str
    operation: str = "Update"
    subresource: Subresource = ""


@dataclass(slots=True, eq=False)
class Watcher:
    """A watch that is open: the changes that it has not read yet."""

    resource: Resource
    namespace: str | None
    selects: Callable[[Labels], bool]
    queue: asyncio.Queue[Change] = field(default_factory=asyncio.Queue)

    def notify(self, old: Manifest | None, new: Manifest | None) -> None:
        """Queue the change as this watch sees it, if it does."""
        was, now = self._matches(old), self._matches(new)
        if new is not None and now:
            kind = ChangeType.MODIFIED if was else ChangeType.ADDED
            self.queue.put_nowait(Change(kind, copy.deepcopy(new)))
        elif was:
            gone = new if new is not None else old
            self.queue.put_nowait(Change(ChangeType.DELETED, copy.deepcopy(gone or {})))

    def _matches(self, item: Manifest | None) -> bool:
        return item is not None and self.selects(_labels(item))


class ObjectStore:
    """All objects of a cluster; `now` stamps them, by default a second later at each reading."""

    def __init__(self, now: Callable[[], datetime] | None = None) -> None:
        self.version = 0
        self.objects: dict[Key, Manifest] = {}
        self._now = now or self._tick
        self._ticks = 0
        self._owners: dict[Key, Owners] = {}
        self._watchers: list[Watcher] = []

    @contextmanager
    def watcher(
        self, resource: Resource, namespace: str | None, selector: str
    ) -> Iterator[Watcher]:
        """Open a watch for the changes from here on."""
        watcher = Watcher(resource, namespace, parse_selector(selector))
        self._watchers.append(watcher)
        try:
            yield watcher
        finally:
            self._watchers.remove(watcher)

    def list(self, resource: Resource, namespace: str | None, selector: str) -> Listing:
        selects = parse_selector(selector)
        items = tuple(
            copy.deepcopy(item)
            for key, item in self.objects.items()
            if key[0] == resource and namespace in {None, key[1]} and selects(_labels(item))
        )
        return Listing(items, str(self.version))

    def create(self, resource: Resource, manifest: Manifest, writer: Writer) -> Manifest:
        metadata = manifest.setdefault("metadata", {})
        if prefix := metadata.pop("generateName", ""):
            metadata.setdefault("name", f"{prefix}{uuid.uuid4().hex[:5]}")
        key = key_of(resource, manifest)
        if key in self.objects:
            raise AlreadyExists(f'{resource.plural} "{key[2]}" already exists')
        manifest |= {"apiVersion": resource.api_version, "kind": resource.kind}
        _refuse_incomplete(resource, manifest)
        owners = {writer: fields_of(_own_fields(manifest, writer))}
        return self._commit(key, manifest, owners)

    def replace(self, resource: Resource, manifest: Manifest, writer: Writer) -> Manifest:
        key = key_of(resource, manifest)
        live = self._live(key)
        _refuse_other_version(live, manifest)
        if writer.subresource == "scale":
            scaled = copy.deepcopy(live)
            scaled["spec"]["replicas"] = manifest["spec"]["replicas"]
            metadata = self._replace(key, scaled, writer)["metadata"]
            return {**manifest, "metadata": metadata}
        return self._replace(key, manifest, writer)

    def _replace(self, key: Key, manifest: Manifest, writer: Writer) -> Manifest:
        live = self._live(key)
        before, after = _own_fields(live, writer), _own_fields(manifest, writer)
        changed = {
            path
            for path in fields_of(before) | fields_of(after)
            if value_at(before, path) != value_at(after, path)
        }
        owners = {other: paths - changed for other, paths in self._owners[key].items()}
        owners[writer] = owners.get(writer, set()) | (changed & fields_of(after))
        return self._commit(key, _with_fields(live, after, writer), owners)

    def apply(
        self, resource: Resource, manifest: Manifest, writer: Writer, force: bool, dry_run: bool
    ) -> Manifest:
        key = key_of(resource, manifest)
        live = self.objects.get(key)
        if live is None and writer.subresource:
            raise NotFound(f'{resource.plural} "{key[2]}" not found')
        if live is None and "resourceVersion" in manifest["metadata"]:
            raise Conflict(f'{resource.plural} "{key[2]}": the object has been deleted')
        if live is not None:
            _refuse_other_version(live, manifest)
        before = _own_fields(live or {}, writer)
        sent = _own_fields(manifest, writer)
        owned, owners = fields_of(sent), dict(self._owners.get(key, {}))
        for other, paths in owners.items():
            if other == writer:
                continue
            taken = {
                path for path in paths & owned if value_at(before, path) != value_at(sent, path)
            }
            if taken and not force:
                raise Conflict(f'Apply failed with {len(taken)} conflict with "{other.manager}"')
            owners[other] = paths - taken
        others = {path for other, paths in owners.items() if other != writer for path in paths}
        after = without(merge(before, sent), owners.get(writer, set()) - owned - others)
        owners[writer] = owned
        manifest = _with_fields(live or manifest, after, writer)
        manifest |= {"apiVersion": resource.api_version, "kind": resource.kind}
        _refuse_incomplete(resource, manifest)
        return manifest if dry_run else self._commit(key, manifest, owners)

    def delete(self, key: Key, uid: str | None) -> None:
        live = self.objects.get(key)
        if live is None:
            return
        metadata = live["metadata"]
        if uid not in {None, metadata["uid"]}:
            raise Conflict(f"Precondition failed: UID: {uid}, UID in object: {metadata['uid']}")
        if metadata.get("finalizers"):
            marked = copy.deepcopy(live)
            marked["metadata"].setdefault("deletionTimestamp", _stamp(self._now()))
            self._commit(key, marked, self._owners[key])
            return
        self._remove(key)

    def _remove(self, key: Key) -> None:
        gone = self.objects.pop(key)
        del self._owners[key]
        self.version += 1
        gone["metadata"]["resourceVersion"] = str(self.version)
        self._tell(key, gone, None)
        uids = {item["metadata"]["uid"] for item in self.objects.values()}
        for owned_key, item in list(self.objects.items()):
            references = item["metadata"].get("ownerReferences", [])
            if references and not any(reference["uid"] in uids for reference in references):
                self.delete(owned_key, None)

    def _commit(self, key: Key, manifest: Manifest, owners: Owners) -> Manifest:
        """Store the object if it differs from what is there, and tell the watchers."""
        live = self.objects.get(key)
        owners = {writer: paths for writer, paths in owners.items() if paths}
        self._set_defaults(key[0], manifest)
        if live is not None and self._owners[key] == owners and _same(live, manifest):
            return copy.deepcopy(live)
        self.version += 1
        metadata = manifest["metadata"]
        metadata["resourceVersion"] = str(self.version)
        if key[0] not in _WITHOUT_GENERATION:
            metadata["generation"] = _generation(live, manifest)
        metadata["managedFields"] = _managed_fields(key[0], owners, _stamp(self._now()))
        self.objects[key] = manifest
        self._owners[key] = owners
        self._tell(key, live, manifest)
        if metadata.get("deletionTimestamp") and not metadata.get("finalizers"):
            self._remove(key)
        return copy.deepcopy(manifest)

    def _set_defaults(self, resource: Resource, manifest: Manifest) -> None:
        manifest["metadata"].setdefault("uid", str(uuid.uuid4()))
        if "creationTimestamp" not in manifest["metadata"]:
            manifest["metadata"]["creationTimestamp"] = _stamp(self._now())
        if resource in _DEFAULT_REPLICAS:
            manifest.setdefault("spec", {}).setdefault("replicas", 1)

    def _tell(self, key: Key, old: Manifest | None, new: Manifest | None) -> None:
        for watcher in self._watchers:
            if watcher.resource == key[0] and watcher.namespace in {None, key[1]}:
                watcher.notify(old, new)

    def _live(self, key: Key) -> Manifest:
        if key not in self.objects and key[0] == LEASES:
            # The server lets an update create a Lease, and then misses the uid.
            raise Conflict(f'Operation cannot be fulfilled on "{key[2]}": no such uid')
        if key not in self.objects:
            raise NotFound(f'{key[0].plural} "{key[2]}" not found')
        return self.objects[key]

    def _tick(self) -> datetime:
        self._ticks += 1
        return _START + timedelta(seconds=self._ticks)


def key_of(resource: Resource, manifest: Manifest) -> Key:
    """Return where an object of this kind belongs."""
    metadata = manifest["metadata"]
    if not resource.namespaced:
        return resource, None, metadata["name"]
    if not metadata.get("namespace"):
        raise ValueError(f"{resource.kind} {metadata['name']} needs a namespace")
    return resource, metadata["namespace"], metadata["name"]


def _labels(item: Manifest) -> Labels:
    labels: Labels = item["metadata"].get("labels", {})
    return labels


def _own_fields(manifest: Manifest, writer: Writer) -> dict[str, Any]:
    """Return what this writer may write of the manifest: status, or all but status."""
    if writer.subresource == "status":
        return {"status": manifest["status"]} if "status" in manifest else {}
    own = {
        key: value
        for key, value in manifest.items()
        if key not in {"apiVersion", "kind", "metadata", "status"}
    }
    metadata = {
        key: value
        for key, value in manifest.get("metadata", {}).items()
        if key not in _SERVER_METADATA
    }
    return {**own, "metadata": metadata} if metadata else own


def _with_fields(live: Manifest, own: dict[str, Any], writer: Writer) -> Manifest:
    """Return the live object with the writer's part of it replaced by `own`."""
    kept_metadata = {
        key: value for key, value in live["metadata"].items() if key in _SERVER_METADATA
    }
    if writer.subresource == "status":
        rest = {key: value for key, value in live.items() if key != "status"}
        return copy.deepcopy({**rest, **own})
    status = {"status": live["status"]} if "status" in live else {}
    rest = {key: value for key, value in own.items() if key != "metadata"}
    kinds = {key: live[key] for key in ("apiVersion", "kind") if key in live}
    metadata = {**kept_metadata, **own.get("metadata", {})}
    return copy.deepcopy({**kinds, "metadata": metadata, **rest, **status})


def _refuse_other_version(live: Manifest, manifest: Manifest) -> None:
    wanted = manifest["metadata"].get("resourceVersion")
    if wanted not in {None, live["metadata"]["resourceVersion"]}:
        raise Conflict(
            f'Operation cannot be fulfilled on "{manifest["metadata"]["name"]}": the object has '
            "been modified; please apply your changes to the latest version and try again"
        )


def _refuse_incomplete(resource: Resource, manifest: Manifest) -> None:
    """Refuse a Deployment of which only a part was sent, as applies to a deleted one do."""
    spec = manifest.get("spec", {})
    if resource == DEPLOYMENTS and not ("selector" in spec and "template" in spec):
        name = manifest["metadata"]["name"]
        raise Invalid(f'Deployment.apps "{name}" is invalid: spec.selector: Required value')


def _same(live: Manifest, manifest: Manifest) -> bool:
    return _unversioned(live) == _unversioned(manifest)


def _unversioned(manifest: Manifest) -> Manifest:
    counted = {"generation", "managedFields", "resourceVersion"}
    metadata = {k: v for k, v in manifest["metadata"].items() if k not in counted}
    return {**manifest, "metadata": metadata}


def _generation(live: Manifest | None, manifest: Manifest) -> int:
    if live is None:
        return 1
    unchanged = _counted(live) == _counted(manifest)
    generation: int = live["metadata"]["generation"]
    return generation if unchanged else generation + 1


def _counted(manifest: Manifest) -> dict[str, Any]:
    return {key: value for key, value in manifest.items() if key not in {"metadata", "status"}}


def _managed_fields(resource: Resource, owners: Owners, time: str) -> list[dict[str, Any]]:
    entries = []
    for writer, paths in owners.items():
        entry = {
            "manager": writer.manager,
            "operation": writer.operation,
            "apiVersion": resource.api_version,
            "time": time,
            "fieldsType": "FieldsV1",
            "fieldsV1": fields_v1(paths),
        }
        entries.append(entry | ({"subresource": writer.subresource} if writer.subresource else {}))
    return entries


def _stamp(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
