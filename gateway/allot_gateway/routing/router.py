"""Sends requests to the pods of any deployment.

async with Router(view, cluster) as router:
    answer = await router.send(DeploymentKey("default", "my-elser"), call)
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from allot_cluster.interface import Cluster
from allot_gateway.routing import faults
from allot_gateway.routing.bounds import Bounds
from allot_gateway.routing.calls import PodAnswer, PodCall
from allot_gateway.routing.desk import Desk
from allot_gateway.routing.measures import Reading
from allot_gateway.routing.starting import Starter
from allot_gateway.view.state import DeploymentKey, View

PRUNE_SECONDS = 5.0


class Router:
    """One desk for each deployment that was asked for; lives on the event loop."""

    def __init__(self, view: View, cluster: Cluster, bounds: Bounds | None = None) -> None:
        self._view = view
        self._bounds = bounds or Bounds()
        self._desks: dict[DeploymentKey, Desk] = {}
        self._starter = Starter(cluster, view.find_target, self._is_waited_for)
        self._pruning: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin to follow the view."""
        self._view.listen(self._see)
        self._pruning = asyncio.create_task(self._prune())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End every connection; requests should have ended before."""
        if self._pruning is not None:
            self._pruning.cancel()
            await asyncio.gather(self._pruning, return_exceptions=True)
        await self._starter.close()
        for desk in self._desks.values():
            await desk.close()

    async def send(self, key: DeploymentKey, call: PodCall) -> PodAnswer:
        """Return a pod's answer to a call; raises RequestFault where there is none.

        A caller that is cancelled takes its request back, from the line or from the pod.
        """
        desk = self._desks.get(key)
        if desk is None:
            desk = self._open(key)
        return await desk.send(call)

    def read(self) -> Mapping[DeploymentKey, Reading]:
        """Return what was counted, for each deployment that was asked for."""
        return {key: desk.read() for key, desk in self._desks.items()}

    def held_inputs(self, namespace: str) -> dict[str, int]:
        """Return the inputs that wait here, by ModelDeployment."""
        return {
            desk.target.deployment.subject.name: held
            for key, desk in self._desks.items()
            if key.namespace == namespace
            and desk.target.deployment is not None
            and (held := desk.held_inputs())
        }

    def _open(self, key: DeploymentKey) -> Desk:
        target = self._view.find_target(key)
        if target.deployment is None:
            raise faults.not_found(target)
        desk = self._desks[key] = Desk(target, self._bounds, self._starter.ask)
        return desk

    def _see(self, key: DeploymentKey) -> None:
        desk = self._desks.get(key)
        if desk is not None:
            desk.see(self._view.find_target(key))

    def _is_waited_for(self, key: DeploymentKey) -> bool:
        desk = self._desks.get(key)
        return desk is not None and desk.is_waited_for

    async def _prune(self) -> None:
        while True:
            await asyncio.sleep(PRUNE_SECONDS)
            for key, desk in tuple(self._desks.items()):
                desk.prune()
                if desk.target.deployment is None and desk.is_unused:
                    await desk.close()
                    del self._desks[key]
