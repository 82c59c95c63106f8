"""The first allocation of a deployment at zero, asked for by the gateway itself.

It works while the operator is down: Kubernetes' own controller of Deployments does the rest. Who
writes names the version that was seen, so of two gateways that race one is refused, and waits for
the pod as if it had written.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from allot_api.names import SCALER_MANAGER
from allot_api.terms import ScalingPolicy
from allot_cluster.errors import ClusterError, Conflict, Invalid, NotFound
from allot_cluster.interface import Cluster, Manifest
from allot_cluster.resources import DEPLOYMENTS, MODEL_DEPLOYMENTS, Resource
from allot_gateway.view.state import DeploymentKey, Target

logger = logging.getLogger(__name__)

CALL_SECONDS = 10.0
# Between two tries while the API server is away.
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.2, 5.0

FindTarget = Callable[[DeploymentKey], Target]
IsWanted = Callable[[DeploymentKey], bool]


@dataclass(frozen=True, slots=True)
class FirstAllocation:
    """The write of the first allocation: the Scale that replaces an object's."""

    resource: Resource
    manifest: Manifest


def plan_first_allocation(target: Target) -> FirstAllocation | None:
    """Return the write that asks for one allocation; None where one is asked for, or none can be.

    Under the policy external the number is the ModelDeployment's own.
    """
    deployment, workload = target.deployment, target.workload
    if deployment is None or workload is None or workload.replicas > 0:
        return None
    settings = deployment.settings
    if settings is not None and settings.policy is ScalingPolicy.EXTERNAL:
        if settings.replicas > 0:
            return None
        version = deployment.manifest["metadata"]["resourceVersion"]
        one = _build_one(target, deployment.subject.name, version)
        return FirstAllocation(MODEL_DEPLOYMENTS, one)
    one = _build_one(target, workload.name, workload.resource_version)
    return FirstAllocation(DEPLOYMENTS, one)


def _build_one(target: Target, name: str, version: str) -> Manifest:
    metadata = {"namespace": target.key.namespace, "name": name, "resourceVersion": version}
    scale = {"apiVersion": "autoscaling/v1", "kind": "Scale"}
    return {**scale, "metadata": metadata, "spec": {"replicas": 1}}


@dataclass(slots=True)
class Starter:
    """Asks for first allocations, one write in flight for each deployment.

    `find_target` returns what the watches show now; `is_wanted` whether somebody still waits.
    """

    cluster: Cluster
    find_target: FindTarget
    is_wanted: IsWanted
    _tasks: dict[DeploymentKey, asyncio.Task[None]] = field(default_factory=dict)

    def ask(self, key: DeploymentKey) -> None:
        """Ask for the first allocation of a deployment, unless that is under way."""
        if key in self._tasks:
            return
        task = self._tasks[key] = asyncio.create_task(self._ask(key))
        task.add_done_callback(lambda _: self._tasks.pop(key, None))

    async def close(self) -> None:
        """Give up what is under way."""
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask(self, key: DeploymentKey) -> None:
        pause = FIRST_PAUSE_SECONDS
        while self.is_wanted(key):
            planned = plan_first_allocation(self.find_target(key))
            if planned is None or await self._write(key, planned):
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _write(self, key: DeploymentKey, planned: FirstAllocation) -> bool:
        """Write; return whether there is nothing more to do but to wait for the watch."""
        try:
            async with asyncio.timeout(CALL_SECONDS):
                await self._send(planned)
        except (Conflict, NotFound, Invalid) as error:
            # Somebody else wrote, or it is gone: the watch shows which, and then it is asked anew.
            logger.info("%s: the first allocation is not this gateway's: %s", key, error)
            return False
        except (ClusterError, TimeoutError) as error:
            logger.warning("%s: the first allocation cannot be asked for: %s", key, error)
            return False
        logger.info("%s: asked for the first allocation", key)
        return True

    async def _send(self, planned: FirstAllocation) -> None:
        await self.cluster.replace(
            planned.resource, planned.manifest, field_manager=SCALER_MANAGER, subresource="scale"
        )
