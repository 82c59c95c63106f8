"""The watches behind the view: one for each kind and namespace, for as long as the gateway runs."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from allot_api.names import MANAGED_BY, MANAGED_BY_LABEL, MODEL_DEPLOYMENT_LABEL
from allot_cluster.interface import Change, ChangeType, Cluster
from allot_cluster.resources import DEPLOYMENTS, PODS, TRAINED_MODELS, Resource
from allot_gateway.view.state import WATCHED, View

OURS = f"{MANAGED_BY_LABEL}={MANAGED_BY},{MODEL_DEPLOYMENT_LABEL}"
SELECTORS = {DEPLOYMENTS: OURS, PODS: OURS}


async def follow(cluster: Cluster, view: View, namespaces: tuple[str, ...], shared: str) -> None:
    """Keep the view up to date until cancelled; no namespaces means all of them.

    `shared` is the namespace whose TrainedModels serve all others too. Raises what a watch raises
    before it has listed once: Forbidden, Invalid or NotFound.
    """
    async with asyncio.TaskGroup() as group:
        for resource in WATCHED:
            also = (shared,) if namespaces and resource is TRAINED_MODELS else ()
            watched = tuple(dict.fromkeys((*namespaces, *also)))
            group.create_task(_follow(cluster, view, resource, watched))


async def _follow(
    cluster: Cluster, view: View, resource: Resource, namespaces: tuple[str, ...]
) -> None:
    waiting = set(namespaces or (None,))

    async def follow_one(namespace: str | None) -> None:
        changes = cluster.watch(
            resource, namespace=namespace, label_selector=SELECTORS.get(resource, "")
        )
        async with aclosing(changes):
            async for change in changes:
                if change.type is ChangeType.SYNCED:
                    waiting.discard(namespace)
                    if not waiting:
                        view.note(resource, Change(ChangeType.SYNCED, {}))
                    continue
                view.note(resource, change)

    async with asyncio.TaskGroup() as group:
        for namespace in namespaces or (None,):
            group.create_task(follow_one(namespace))
