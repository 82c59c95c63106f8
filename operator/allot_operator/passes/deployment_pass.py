"""The pass over a ModelDeployment: its Deployment, Service and budget, target and status."""

from __future__ import annotations

from allot_cluster.declared import Deployment, read_deployment
from allot_cluster.interface import Manifest
from allot_cluster.resources import MODEL_DEPLOYMENTS
from allot_operator.judging.deployment_facts import DeploymentFacts
from allot_operator.judging.deployment_status import build_deployment_status
from allot_operator.judging.transitions import (
    Notice,
    find_notices,
    find_scaling,
    tell_in_order,
)
from allot_operator.observing.sightings import sight_pods
from allot_operator.passes.applying import OVERWRITTEN
from allot_operator.passes.deployment_gathering import Gathered, gather_deployment
from allot_operator.passes.deployment_writing import Outcome, carry_out
from allot_operator.passes.status_writing import write_status
from allot_operator.passes.surroundings import DONE, GONE, Result, Surroundings
from allot_operator.scaling.policy import Bound, Policy
from allot_operator.work.keys import Key


async def pass_over_deployment(around: Surroundings, key: Key) -> Result:
    """Bring what a ModelDeployment owns, and its status, up to date."""
    manifest = await around.cluster.get(MODEL_DEPLOYMENTS, key.namespace, key.name)
    deployment = read_deployment(manifest) if manifest else None
    if manifest is None or deployment is None or deployment.subject.is_being_deleted:
        around.ledger.forget(key)
        return DONE if manifest else GONE
    gathered = await gather_deployment(around, deployment)
    outcome = await carry_out(around, key, gathered)
    _record(around, key, gathered, outcome)
    # What was written is told whatever becomes of the status.
    told: tuple[Notice, ...] = ()
    try:
        told = await _conclude(around, key, manifest, gathered, outcome)
    finally:
        await _tell(around, deployment, outcome, told)
    return Result(outcome.look_again)


def _record(around: Surroundings, key: Key, gathered: Gathered, outcome: Outcome) -> None:
    """Have the pods asked from now on, also those of a deployment that is not accepted."""
    choice = outcome.choice
    policy = choice.policy if choice else Policy(Bound.FIXED, outcome.target, outcome.target)
    is_refused = bool(outcome.workload and outcome.workload.refusal)
    sighting = sight_pods(gathered.pods, outcome.target, is_refused=is_refused)
    around.ledger.note(key, sighting, policy, outcome.target)


async def _tell(
    around: Surroundings, deployment: Deployment, outcome: Outcome, told: tuple[Notice, ...]
) -> None:
    story = tell_in_order(outcome.notices, told)
    await around.announcer.announce(deployment.subject, story)
    if outcome.workload is not None:
        # Who changed the Deployment by hand will look there.
        overwritten = [notice for notice in outcome.notices if notice.reason == OVERWRITTEN]
        await around.announcer.announce(outcome.workload.subject, overwritten)


async def _conclude(
    around: Surroundings, key: Key, manifest: Manifest, gathered: Gathered, outcome: Outcome
) -> tuple[Notice, ...]:
    """Write the status, and return what there is to tell of it."""
    deployment, choice = gathered.scene.deployment, outcome.choice
    held = around.held_for(key)
    facts = DeploymentFacts(
        deployment=deployment,
        verdict=outcome.verdict,
        found=outcome.found,
        settings=outcome.settings,
        model=outcome.model,
        workload=outcome.workload,
        target=outcome.target,
        pods=gathered.pods,
        readings=gathered.readings,
        refusal=outcome.refusal,
        upgrade=outcome.upgrade,
        scaling_reason=choice.decision.reason if choice and choice.is_weighed else None,
        is_gateway_there=held.is_gateway_there if held else None,
    )
    status = build_deployment_status(facts, around.now())
    if not await write_status(around.cluster, deployment.subject, manifest, status):
        return ()
    before, why = deployment.status, choice.decision.message if choice else ""
    return (
        *find_scaling(before.deployment_stats, status.deployment_stats, why),
        *find_notices(before.conditions, status.conditions),
    )
