"""The sign that a gateway is there, in each namespace that it serves, and what it holds there.

A Lease for each namespace, named after this gateway's pod, so that each replica has its own; the
elector renews it, and what is held goes along with the renewals. It is deleted on a clean stop, and
where nothing is left to serve.
Those of gateways that died are deleted by whoever sees that nobody has renewed them for long: in a
namespace that is not its pod's own, no Lease can be owned by a pod.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from allot_api.names import (
    COMPONENT_LABEL,
    GATEWAY_COMPONENT,
    HELD_ANNOTATION,
    MANAGED_BY,
    MANAGED_BY_LABEL,
)
from allot_cluster.elector import Elector, unique_identity
from allot_cluster.errors import ClusterError
from allot_cluster.interface import Cluster, Manifest
from allot_cluster.lease import LeaseKey, Marks, Seen, Timing, is_held, observe
from allot_cluster.resources import LEASES

logger = logging.getLogger(__name__)

LABELS = {MANAGED_BY_LABEL: MANAGED_BY, COMPONENT_LABEL: GATEWAY_COMPONENT}
SELECTOR = ",".join(f"{name}={value}" for name, value in LABELS.items())
LEASE_PREFIX = "allot-gateway-"
MAX_NAME_LENGTH = 253
CALL_SECONDS = 5.0
# Between two looks for Leases of gateways that died; one is deleted after it was seen unchanged
# for as long again, so a gateway that hangs for a while finds its own.
SWEEP_SECONDS = 60.0

# Between two looks for a namespace that has something to serve now.
LOOK_SECONDS = 1.0

HeldInputs = Callable[[str], Mapping[str, int]]


def lease_name(pod_name: str) -> str:
    """Return the name of a gateway's Leases."""
    return f"{LEASE_PREFIX}{pod_name}"[:MAX_NAME_LENGTH].rstrip("-.")


def build_marks(held: Mapping[str, int]) -> Marks:
    """Return what the Lease says: that it is a gateway's, and what that holds."""
    text = json.dumps(held, sort_keys=True) if held else "{}"
    return Marks(labels=LABELS, annotations={HELD_ANNOTATION: text})


@dataclass(slots=True)
class Presence:
    """The Leases of one gateway; `held_inputs` says what it holds in a namespace.

    `namespaces` are those that have something to serve now.
    """

    cluster: Cluster
    namespaces: Callable[[], Collection[str]]
    pod_name: str
    held_inputs: HeldInputs
    timing: Timing = field(default_factory=Timing)
    sweep_seconds: float = SWEEP_SECONDS
    look_seconds: float = LOOK_SECONDS

    async def keep(self) -> None:
        """Hold the Leases of what is served until cancelled, and delete each when it is not.

        Where the last deployment went, and perhaps its namespace with it, nothing is renewed.
        """
        kept: dict[str, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as group:
            while True:
                served = {*self.namespaces()}
                # One that comes back is begun anew when what was before has wound up.
                kept = {namespace: task for namespace, task in kept.items() if not task.done()}
                for namespace in served - kept.keys():
                    kept[namespace] = group.create_task(self._keep_in(namespace))
                for namespace in kept.keys() - served:
                    if not kept[namespace].cancelling():
                        kept[namespace].cancel()
                await asyncio.sleep(self.look_seconds)

    async def _keep_in(self, namespace: str) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._hold(namespace))
            group.create_task(self._sweep(namespace))

    async def _hold(self, namespace: str) -> None:
        key = LeaseKey(namespace, lease_name(self.pod_name))
        elector = Elector(
            self.cluster,
            key,
            unique_identity(self.pod_name),
            timing=self.timing,
            marks=lambda: build_marks(self.held_inputs(namespace)),
        )
        try:
            await elector.hold()
        finally:
            await self._delete(key)

    async def _delete(self, key: LeaseKey) -> None:
        """Delete a Lease that was released; where that fails, another gateway will."""
        try:
            async with asyncio.timeout(CALL_SECONDS):
                await self.cluster.delete(LEASES, key.namespace, key.name)
        except (ClusterError, TimeoutError) as error:
            logger.warning("the Lease %s stays behind: %s", key, error)

    async def _sweep(self, namespace: str) -> None:
        seen: dict[str, Seen] = {}
        while True:
            await asyncio.sleep(self.sweep_seconds)
            try:
                async with asyncio.timeout(CALL_SECONDS):
                    listing = await self.cluster.list(
                        LEASES, namespace=namespace, label_selector=SELECTOR
                    )
                    now = asyncio.get_running_loop().time()
                    seen = look(seen, listing.items, now)
                    for lease in choose_stale(seen, now - self.sweep_seconds / 2, self.timing):
                        await self._delete_stale(lease)
            except (ClusterError, TimeoutError) as error:
                logger.info("Leases of gateways that died are not looked for: %s", error)

    async def _delete_stale(self, lease: Manifest) -> None:
        metadata = lease["metadata"]
        logger.info("deleting the Lease %s of a gateway that died", metadata["name"])
        await self.cluster.delete(
            LEASES, metadata["namespace"], metadata["name"], uid=metadata["uid"]
        )


def look(before: Mapping[str, Seen], leases: Iterable[Manifest], now: float) -> dict[str, Seen]:
    """Return the Leases by name as they are known after a reading."""
    return {
        lease["metadata"]["name"]: observe(before.get(lease["metadata"]["name"]), lease, now)
        for lease in leases
    }


def choose_stale(seen: Mapping[str, Seen], now: float, timing: Timing) -> list[Manifest]:
    """Return the Leases that nobody holds at a moment."""
    return [
        one.manifest
        for one in seen.values()
        if one.manifest is not None and one.since < now and not is_held(one, now, timing)
    ]
