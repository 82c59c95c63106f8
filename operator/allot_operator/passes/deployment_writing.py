"""Plans a pass over a ModelDeployment and carries the plan out."""

from __future__ import annotations

from dataclasses import dataclass

from allot_api.conditions import AcceptedReason
from allot_api.resolve import DeploymentSettings
from allot_cluster.resources import DEPLOYMENTS
from allot_operator.acceptance.catalogue import Found
from allot_operator.acceptance.deployments import judge_deployment
from allot_operator.acceptance.verdict import Verdict
from allot_operator.desired.deployment import fingerprint_model
from allot_operator.facts.workloads import Workload, read_workload
from allot_operator.judging.transitions import Notice
from allot_operator.passes.applying import Applied, apply_actions
from allot_operator.passes.choosing import Choice, choose_target
from allot_operator.passes.deployment_gathering import Gathered
from allot_operator.passes.recording import record_decision
from allot_operator.passes.surroundings import REFUSAL_RETRY_SECONDS, Surroundings
from allot_operator.passes.turns import take_turn
from allot_operator.planning.deployment_plan import (
    Wanted,
    build_wanted,
    is_upgrade,
    plan_deployment,
)
from allot_operator.planning.upgrades import Upgrade
from allot_operator.work.keys import Key

UPGRADE_RETRY_SECONDS = 5.0
# A stranger's object is not watched; that it is gone is found out by looking.
STRANGER_RETRY_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided and written.

    `settings` and `model` are the hashes that pods of this generation carry; `choice` is that
    of the target. With `has_stranger`, somebody else's object is in the way.
    """

    verdict: Verdict
    target: int
    workload: Workload | None = None
    found: Found | None = None
    settings: str = ""
    model: str = ""
    choice: Choice | None = None
    refusal: str = ""
    upgrade: Upgrade = Upgrade.DONE
    has_stranger: bool = False
    notices: tuple[Notice, ...] = ()

    @property
    def look_again(self) -> float | None:
        """Return in how many seconds to look again although nothing changed here."""
        if self.upgrade is Upgrade.QUEUED:
            return UPGRADE_RETRY_SECONDS
        if self.has_stranger:
            return STRANGER_RETRY_SECONDS
        return REFUSAL_RETRY_SECONDS if self.refusal else None


async def carry_out(around: Surroundings, key: Key, gathered: Gathered) -> Outcome:
    """Judge, plan and apply; what is not accepted is left as it is."""
    judged = judge_deployment(gathered.scene)
    live = gathered.actual.workload
    settings = gathered.scene.deployment.settings
    if isinstance(judged, Verdict) or settings is None:
        verdict = judged if isinstance(judged, Verdict) else Verdict(AcceptedReason.INVALID_SPEC)
        has_stranger = bool(gathered.scene.squatters)
        target = live.replicas if live else 0
        return Outcome(verdict, target, workload=live, has_stranger=has_stranger)
    subject = gathered.scene.deployment.subject
    wanted = build_wanted(subject, settings, judged, around.runtime_image)
    choice = choose_target(around, key, settings, gathered)
    target = choice.decision.target
    applied, upgrade = await _apply(around, settings, wanted, gathered, target)
    if not applied.refusal:
        await record_decision(around, subject, settings.deployment_id, choice)
    written = applied.objects.get(DEPLOYMENTS)
    workload = read_workload(written) if written else live
    return Outcome(
        verdict=Verdict(AcceptedReason.ACCEPTED, f"model {judged.model_id}"),
        target=workload.replicas if workload else target,
        workload=workload,
        found=judged,
        settings=wanted.settings,
        model=fingerprint_model(judged.spec),
        choice=choice,
        refusal=applied.refusal,
        upgrade=upgrade,
        notices=tuple(applied.notices),
    )


async def _apply(
    around: Surroundings,
    settings: DeploymentSettings,
    wanted: Wanted,
    gathered: Gathered,
    target: int,
) -> tuple[Applied, Upgrade]:
    """Return what was written, and what became of an upgrade if there is one."""
    actual = gathered.actual
    if not is_upgrade(wanted, actual):
        plan = plan_deployment(wanted, actual, target)
        return await apply_actions(around.cluster, plan), Upgrade.DONE
    async with around.turns.lock:
        upgrade = await take_turn(around, settings.upgrade_policy, actual.workload)
        plan = plan_deployment(wanted, actual, target, upgrade=upgrade)
        return await apply_actions(around.cluster, plan), upgrade
