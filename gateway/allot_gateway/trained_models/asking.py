"""Asks the pods of deployments for their statistics, all at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from allot_gateway.surroundings import Stats
from allot_gateway.trained_models.figures import Node
from allot_gateway.trained_models.rows import Row
from allot_gateway.view.state import DeploymentKey, View
from allot_gateway.view.workloads import ServingPod

# A pod that says nothing for so long is left out.
PATIENCE_SECONDS = 2.0
MAX_CONCURRENT = 64


async def ask_pods(
    stats: Stats, pods: Sequence[ServingPod], patience_seconds: float = PATIENCE_SECONDS
) -> list[Node]:
    """Return the pods with what they say by then, in their order."""
    turns = asyncio.Semaphore(MAX_CONCURRENT)
    answers: dict[str, Node] = {}

    async def ask(pod: ServingPod) -> None:
        async with turns:
            answers[pod.uid] = Node(pod, await stats(pod) if pod.ip else None)

    try:
        async with asyncio.timeout(patience_seconds), asyncio.TaskGroup() as group:
            for pod in pods:
                group.create_task(ask(pod))
    except TimeoutError:
        pass
    return [answers.get(pod.uid) or Node(pod, None) for pod in pods]


async def ask_rows(
    stats: Stats, view: View, namespace: str, rows: Sequence[Row]
) -> list[tuple[Row, list[Node]]]:
    """Return the rows, each with its pods."""
    pods = [_pods_of(view, namespace, row) for row in rows]
    nodes = await ask_pods(stats, [pod for some in pods for pod in some])
    by_uid = {node.pod.uid: node for node in nodes}
    return [(row, [by_uid[pod.uid] for pod in some]) for row, some in zip(rows, pods, strict=True)]


def _pods_of(view: View, namespace: str, row: Row) -> Sequence[ServingPod]:
    if row.deployment is None:
        return ()
    return view.find_target(DeploymentKey(namespace, row.deployment.deployment_id)).pods
