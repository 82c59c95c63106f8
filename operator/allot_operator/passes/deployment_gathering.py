"""Reads what a pass over a ModelDeployment rests on."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from allot_api.names import MODEL_DEPLOYMENT_LABEL
from allot_cluster.declared import Deployment, read_deployment
from allot_cluster.interface import Manifest
from allot_cluster.resources import (
    DEPLOYMENTS,
    DISRUPTION_BUDGETS,
    MODEL_DEPLOYMENTS,
    PODS,
    SERVICES,
    Resource,
)
from allot_cluster.subjects import Subject, controller_uid
from allot_operator.acceptance.deployments import DeploymentScene
from allot_operator.desired.deployment import choose_resource_name
from allot_operator.facts.pods import Pod, read_pod
from allot_operator.facts.reports import Reading
from allot_operator.facts.workloads import read_workload
from allot_operator.observing.rounds import read_pods
from allot_operator.passes.gathering import find_squatter, gather_catalogue
from allot_operator.passes.surroundings import Surroundings
from allot_operator.planning.deployment_plan import Actual


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything that was read for one pass."""

    scene: DeploymentScene
    actual: Actual
    pods: tuple[Pod, ...]
    readings: Mapping[str, Reading]


async def gather_deployment(around: Surroundings, deployment: Deployment) -> Gathered:
    """Return all that there is to know of a ModelDeployment and its pods."""
    cluster, namespace = around.cluster, deployment.subject.namespace
    name = choose_resource_name(deployment.deployment_id)
    neighbours, catalogue, workload, service, budget, pods = await asyncio.gather(
        cluster.list(MODEL_DEPLOYMENTS, namespace=namespace),
        gather_catalogue(cluster, namespace, around.operator_namespace),
        cluster.get(DEPLOYMENTS, namespace, name),
        cluster.get(SERVICES, namespace, name),
        cluster.get(DISRUPTION_BUDGETS, namespace, name),
        cluster.list(PODS, namespace=namespace, label_selector=f"{MODEL_DEPLOYMENT_LABEL}={name}"),
    )
    found = {DEPLOYMENTS: workload, SERVICES: service, DISRUPTION_BUDGETS: budget}
    scene = DeploymentScene(
        deployment=deployment,
        neighbours=tuple(read_deployment(item) for item in neighbours.items),
        catalogue=catalogue,
        squatters=_find_squatters(found, deployment.subject),
        maker_uid=controller_uid(workload) if workload else "",
    )
    strange = {squatter.resource for squatter in scene.squatters}
    if DEPLOYMENTS in strange:
        # Its pods, if they carry our label, are as little ours as it is.
        return Gathered(scene, Actual(), (), {})
    living = tuple(pod for item in pods.items if (pod := read_pod(item)) is not None)
    return Gathered(
        scene=scene,
        actual=Actual(read_workload(workload) if workload else None, service, budget),
        pods=living,
        readings=await read_pods(around.ledger, around.stats, living, around.now),
    )


def _find_squatters(
    found: Mapping[Resource, Manifest | None], owner: Subject
) -> tuple[Subject, ...]:
    squatters = (find_squatter(resource, item, owner) for resource, item in found.items())
    return tuple(one for one in squatters if one is not None)
