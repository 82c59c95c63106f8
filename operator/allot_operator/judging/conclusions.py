"""Ready, Stalled and Reconciling, concluded from the other conditions."""

from __future__ import annotations

from dataclasses import dataclass

from allot_api.conditions import (
    AcceptedReason,
    Condition,
    ConditionType,
    Finding,
    ModelAvailableReason,
    ReadyReason,
    Reason,
    ReconcilingReason,
    StalledReason,
    Status,
    UpToDateReason,
)
from allot_operator.acceptance.verdict import Verdict
from allot_operator.judging.deployment_facts import DeploymentFacts
from allot_operator.judging.model_availability import FAILURES
from allot_operator.judging.pod_findings import Hindrance

STALLING = {
    ModelAvailableReason.CHECKSUM_MISMATCH: StalledReason.CHECKSUM_MISMATCH,
    ModelAvailableReason.WRONG_ARCHITECTURE: StalledReason.WRONG_ARCHITECTURE,
    ModelAvailableReason.INVALID_SOURCE: StalledReason.INVALID_SOURCE,
    ModelAvailableReason.REVISION_NOT_PINNED: StalledReason.REVISION_NOT_PINNED,
    ModelAvailableReason.UNSAFE_FORMAT: StalledReason.UNSAFE_FORMAT,
}
# What a passed deadline says nothing about: these go on, or wait for a node or a quota.
MENDED_BY_WAITING: frozenset[Reason] = frozenset(
    {
        ModelAvailableReason.FETCHING,
        ModelAvailableReason.LOADING,
        ModelAvailableReason.WARMING_UP,
        ModelAvailableReason.UNREACHABLE,
        ReadyReason.UNSCHEDULABLE,
        ReadyReason.PODS_REFUSED,
        ReadyReason.WRITE_REFUSED,
    }
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The findings that the conclusions rest on."""

    model: Finding
    servable: Finding
    up_to_date: Finding
    hindrance: Hindrance | None


def judge_accepted(verdict: Verdict) -> Finding:
    """Return the verdict as a condition."""
    status = Status.TRUE if verdict.is_accepted else Status.FALSE
    if verdict.reason is AcceptedReason.NOT_YET_CHECKED:
        status = Status.UNKNOWN
    return Finding(ConditionType.ACCEPTED, status, verdict.reason, verdict.message)


def judge_ready(facts: DeploymentFacts, evidence: Evidence) -> Finding:
    """Return whether it is accepted, up to date, servable and as many as asked for."""
    if not facts.verdict.is_accepted:
        return _ready(Status.FALSE, facts.verdict.reason, facts.verdict.message)
    count = len(facts.ready_pods)
    is_true = all(one.status is Status.TRUE for one in (evidence.up_to_date, evidence.servable))
    if is_true and count >= facts.asked and not facts.refusal:
        message = f"{count} of {facts.target} allocations are ready"
        if count == 0:
            return _ready(Status.TRUE, ReadyReason.SCALED_TO_ZERO, message)
        return _ready(Status.TRUE, ReadyReason.FULLY_ALLOCATED, message)
    reason, message = _find_cause(facts, evidence, count)
    return _ready(Status.FALSE, reason, message + _describe_older(facts))


def judge_stalled(facts: DeploymentFacts, evidence: Evidence, ready: Finding) -> Finding:
    """Return whether somebody has to act, because waiting will not mend it."""
    if ready.status is not Status.TRUE and facts.verdict.is_accepted:
        for reason, stalled in STALLING.items():
            if evidence.model.reason is reason:
                return _stalled(Status.TRUE, stalled, evidence.model.message)
        has_passed = facts.workload is not None and facts.workload.has_passed_deadline
        if has_passed and not MENDED_BY_WAITING & _find_last_causes(evidence, ready):
            return _stalled(Status.TRUE, StalledReason.DEADLINE_EXCEEDED, ready.message)
    return _stalled(Status.FALSE, StalledReason.NOT_STALLED, "")


def _find_last_causes(evidence: Evidence, ready: Finding) -> frozenset[Reason]:
    """Return what Ready waits for; behind a rollout that is how far the new pods' model is."""
    is_rollout = ready.reason is UpToDateReason.ROLLOUT_IN_PROGRESS
    return frozenset({ready.reason, evidence.model.reason} if is_rollout else {ready.reason})


def judge_reconciling(
    ready: Finding, stalled: Finding, recorded: Condition | None, *, is_hindered: bool
) -> Finding:
    """Return whether work is under way, or waits for something that may yet come.

    `recorded` is the Reconciling condition of this generation, None if the generation is new:
    a change of the spec stays the reason until its pods serve or something is in the way.
    """
    if ready.status is Status.TRUE:
        return _reconciling(Status.FALSE, ReconcilingReason.SETTLED, "")
    if stalled.status is Status.TRUE:
        return _reconciling(Status.FALSE, ReconcilingReason.STALLED, stalled.message)
    is_new = recorded is None or recorded.reason == ReconcilingReason.SPEC_CHANGED
    reason = ReconcilingReason.SPEC_CHANGED if is_new else ReconcilingReason.WAITING
    if is_hindered:
        reason = ReconcilingReason.WAITING
    return _reconciling(Status.TRUE, reason, ready.message)


def _find_cause(facts: DeploymentFacts, evidence: Evidence, count: int) -> tuple[Reason, str]:
    """Return what a person should look at first."""
    model, hindrance = evidence.model, evidence.hindrance
    if model.reason in FAILURES:
        return model.reason, model.message
    if hindrance is not None:
        return hindrance.reason, hindrance.message
    if evidence.up_to_date.status is not Status.TRUE:
        how_far = f"; {model.reason}: {model.message}" if model.status is Status.FALSE else ""
        return evidence.up_to_date.reason, f"{evidence.up_to_date.message}{how_far}"
    return _find_shortage(facts, evidence, count)


def _describe_older(facts: DeploymentFacts) -> str:
    """Return that the old serves on, where the new is not there yet."""
    count = sum(pod.is_ready for pod in facts.older_pods)
    if not count:
        return ""
    return "; 1 older pod goes on serving" if count == 1 else f"; {count} older pods go on serving"


def _find_shortage(facts: DeploymentFacts, evidence: Evidence, count: int) -> tuple[Reason, str]:
    """Return why there are too few pods where nothing is wrong with any of them."""
    model, servable = evidence.model, evidence.servable
    if facts.target == 0:
        return servable.reason, servable.message
    if count:
        message = f"{count} of {facts.asked} allocations are ready"
        return ReadyReason.PARTIALLY_ALLOCATED, message
    if model.status is Status.FALSE:
        return model.reason, model.message
    return ReadyReason.WAITING_FOR_ALLOCATIONS, servable.message


def _ready(status: Status, reason: Reason, message: str) -> Finding:
    return Finding(ConditionType.READY, status, reason, message)


def _stalled(status: Status, reason: StalledReason, message: str) -> Finding:
    return Finding(ConditionType.STALLED, status, reason, message)


def _reconciling(status: Status, reason: ReconcilingReason, message: str) -> Finding:
    return Finding(ConditionType.RECONCILING, status, reason, message)
