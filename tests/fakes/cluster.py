"""An API server in memory: the twin of `allot_cluster.live.LiveCluster`.

`tests/contract/test_cluster.py` holds both to the same suite. For a test there is more: objects
are seeded with `add`, calls fail with `fail`, the server goes away or hangs with `away` and
`hung`, and `calls` and `writes` tell what was asked of it.
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from allot_cluster.errors import ClusterError, Unavailable
from allot_cluster.interface import (
    DEFAULT_FIELD_MANAGER,
    Change,
    ChangeType,
    Listing,
    Manifest,
    Subresource,
)
from allot_cluster.resources import Resource
from tests.fakes.object_store import ObjectStore, Writer
from tests.fakes.reviews import REVIEWS, Reviewer

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Call:
    """One call that was made, whether or not it failed."""

    verb: str
    resource: Resource
    namespace: str | None
    name: str
    field_manager: str = ""
    subresource: Subresource = ""


@dataclass(slots=True)
class _Failure:
    verb: str
    error: ClusterError
    skip: int
    after: bool
    resource: Resource | None

    def meets(self, call: Call) -> bool:
        """Say whether this is the call to fail, counting it if it is not yet."""
        if self.verb not in {call.verb, "*"} or self.resource not in {None, call.resource}:
            return False
        self.skip -= 1
        return self.skip < 0


class FakeCluster:
    """A cluster in memory; each stamp is a second later than the last unless `now` is given."""

    def __init__(self, now: Callable[[], datetime] | None = None) -> None:
        self.away = False
        """True: every call raises Unavailable."""
        self.hung = False
        """True: no call returns until it is cancelled."""
        self.deaf = False
        """True: no call returns, and cancelling it takes effect only after a minute."""
        self.calls: list[Call] = []
        self.writes: list[Call] = []
        """The calls that changed something."""
        self.reviewer = Reviewer()
        """Who is who and who may what; the questions are its `specs`."""
        self._store = ObjectStore(now)
        self._failures: list[_Failure] = []

    # What a test arranges and asks.

    def another_access(self) -> FakeCluster:
        """Return a second client of the same objects, with calls and failures of its own."""
        other = FakeCluster()
        other._store = self._store
        return other

    def fail(
        self,
        verb: str,
        error: ClusterError,
        *,
        on_call: int = 1,
        after: bool = False,
        resource: Resource | None = None,
    ) -> None:
        """Make one coming call of this verb ("*": any) raise; `after` it has taken effect."""
        self._failures.append(_Failure(verb, error, on_call - 1, after, resource))

    def add(self, resource: Resource, manifest: Manifest) -> Manifest:
        """Put an object there as if it had always been, with the uid and times it states."""
        return self._store.create(resource, copy.deepcopy(manifest), Writer("test"))

    def peek(self, resource: Resource, namespace: str | None, name: str) -> Manifest | None:
        """Return the object without a call."""
        return copy.deepcopy(self._store.objects.get((resource, namespace, name)))

    def peek_all(self, resource: Resource) -> list[Manifest]:
        """Return all objects of a kind without a call, in the order they were made."""
        return [
            copy.deepcopy(item) for key, item in self._store.objects.items() if key[0] == resource
        ]

    # The protocol.

    async def get(self, resource: Resource, namespace: str | None, name: str) -> Manifest | None:
        return await self._call(
            Call("get", resource, namespace, name), lambda: self.peek(resource, namespace, name)
        )

    async def list(
        self, resource: Resource, *, namespace: str | None = None, label_selector: str = ""
    ) -> Listing:
        return await self._call(
            Call("list", resource, namespace, ""),
            lambda: self._store.list(resource, namespace, label_selector),
        )

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
        writer = Writer(field_manager, "Apply", subresource)
        return await self._call(
            _named("apply", resource, manifest, writer),
            lambda: self._store.apply(resource, copy.deepcopy(manifest), writer, force, dry_run),
        )

    async def create(
        self, resource: Resource, manifest: Manifest, *, field_manager: str = DEFAULT_FIELD_MANAGER
    ) -> Manifest:
        writer = Writer(field_manager)
        call = _named("create", resource, manifest, writer)
        if resource in REVIEWS:
            return await self._call(call, lambda: self.reviewer.answer(resource, manifest))
        return await self._call(
            call, lambda: self._store.create(resource, copy.deepcopy(manifest), writer)
        )

    async def replace(
        self,
        resource: Resource,
        manifest: Manifest,
        *,
        field_manager: str = DEFAULT_FIELD_MANAGER,
        subresource: Subresource = "",
    ) -> Manifest:
        writer = Writer(field_manager, "Update", subresource)
        return await self._call(
            _named("replace", resource, manifest, writer),
            lambda: self._store.replace(resource, copy.deepcopy(manifest), writer),
        )

    async def delete(
        self, resource: Resource, namespace: str | None, name: str, *, uid: str | None = None
    ) -> None:
        await self._call(
            Call("delete", resource, namespace, name),
            lambda: self._store.delete((resource, namespace, name), uid),
        )

    async def watch(
        self, resource: Resource, *, namespace: str | None = None, label_selector: str = ""
    ) -> AsyncGenerator[Change, None]:
        self.calls.append(Call("watch", resource, namespace, ""))
        with self._store.watcher(resource, namespace, label_selector) as watcher:
            for item in self._store.list(resource, namespace, label_selector).items:
                yield Change(ChangeType.ADDED, item)
            yield Change(ChangeType.SYNCED, {})
            while True:
                yield await watcher.queue.get()

    async def _call(self, call: Call, act: Callable[[], Result]) -> Result:
        self.calls.append(call)
        await asyncio.sleep(0)
        if self.hung or self.deaf:
            await self._hang()
        if self.away:
            raise Unavailable("the API server is away")
        failure = self._due_failure(call)
        if failure and not failure.after:
            raise failure.error
        version = self._store.version
        result = act()
        if self._store.version != version:
            self.writes.append(call)
        if failure:
            raise failure.error
        return result

    async def _hang(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            if self.deaf:
                await asyncio.sleep(60)

    def _due_failure(self, call: Call) -> _Failure | None:
        failure = next((failure for failure in self._failures if failure.meets(call)), None)
        if failure:
            self._failures.remove(failure)
        return failure


def _named(verb: str, resource: Resource, manifest: Manifest, writer: Writer) -> Call:
    metadata = manifest.get("metadata", {})
    namespace = metadata.get("namespace") if resource.namespaced else None
    name = metadata.get("name", metadata.get("generateName", ""))
    return Call(verb, resource, namespace, name, writer.manager, writer.subresource)
