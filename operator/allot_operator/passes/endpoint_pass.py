"""The pass over an InferenceEndpoint: its acceptance, and its ModelDeployment."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from allot_api.names import derived_name
from allot_cluster.declared import Endpoint, read_deployment, read_endpoint
from allot_cluster.interface import Manifest
from allot_cluster.resources import INFERENCE_ENDPOINTS, MODEL_DEPLOYMENTS
from allot_operator.acceptance.endpoints import EndpointScene, judge_endpoint, judge_outcome
from allot_operator.acceptance.verdict import Verdict
from allot_operator.judging.endpoint_status import EndpointFacts, build_endpoint_status
from allot_operator.judging.transitions import (
    Notice,
    find_notices,
    find_scaling,
    tell_in_order,
)
from allot_operator.passes.applying import Applied, apply_actions
from allot_operator.passes.gathering import find_squatter, gather_catalogue
from allot_operator.passes.status_writing import write_status
from allot_operator.passes.surroundings import (
    DONE,
    GONE,
    REFUSAL_RETRY_SECONDS,
    Result,
    Surroundings,
)
from allot_operator.planning.endpoint_plan import plan_endpoint
from allot_operator.work.keys import Key


async def pass_over_endpoint(around: Surroundings, key: Key) -> Result:
    """Bring an endpoint's ModelDeployment and status up to date."""
    manifest = await around.cluster.get(INFERENCE_ENDPOINTS, key.namespace, key.name)
    if manifest is None:
        return GONE
    endpoint = read_endpoint(manifest)
    if endpoint.subject.is_being_deleted:
        return DONE
    scene = await _gather(around, endpoint)
    verdict = judge_endpoint(scene)
    applied = await apply_actions(around.cluster, plan_endpoint(scene, verdict))
    # What was written is told whatever becomes of the status.
    told: tuple[Notice, ...] = ()
    try:
        outcome = _with_result(scene, applied)
        told = await _conclude(around, manifest, outcome, verdict, applied.refusal)
    finally:
        story = tell_in_order(applied.notices, told)
        await around.announcer.announce(endpoint.subject, story)
    return Result(REFUSAL_RETRY_SECONDS if applied.refusal else None)


async def _gather(around: Surroundings, endpoint: Endpoint) -> EndpointScene:
    namespace = endpoint.subject.namespace
    endpoints, deployments, catalogue = await asyncio.gather(
        around.cluster.list(INFERENCE_ENDPOINTS, namespace=namespace),
        around.cluster.list(MODEL_DEPLOYMENTS, namespace=namespace),
        gather_catalogue(around.cluster, namespace, around.operator_namespace),
    )
    name = derived_name(endpoint.inference_id)
    for item in deployments.items:
        if item["metadata"]["name"] == name:
            find_squatter(MODEL_DEPLOYMENTS, item, endpoint.subject)
    return EndpointScene(
        endpoint=endpoint,
        neighbours=tuple(read_endpoint(item) for item in endpoints.items),
        deployments=tuple(read_deployment(item) for item in deployments.items),
        catalogue=catalogue,
    )


def _with_result(scene: EndpointScene, applied: Applied) -> EndpointScene:
    """Return the scene with the ModelDeployment as the plan left it."""
    if MODEL_DEPLOYMENTS not in applied.objects:
        return scene
    made = read_deployment(applied.objects[MODEL_DEPLOYMENTS])
    others = (one for one in scene.deployments if one.subject.uid != made.subject.uid)
    return replace(scene, deployments=(*others, made))


async def _conclude(
    around: Surroundings,
    manifest: Manifest,
    scene: EndpointScene,
    verdict: Verdict,
    refusal: str,
) -> tuple[Notice, ...]:
    """Write the status, and return what there is to tell of it."""
    endpoint = scene.endpoint
    front = around.fronts.current
    facts = EndpointFacts(endpoint, judge_outcome(scene, verdict), scene.serving, refusal, front)
    status = build_endpoint_status(facts, around.now())
    if status is None:
        return ()
    if not await write_status(around.cluster, endpoint.subject, manifest, status):
        return ()
    before = endpoint.status
    return (
        *find_scaling(before.deployment_stats, status.deployment_stats),
        *find_notices(before.conditions, status.conditions),
    )
