"""Servable, UpToDate and ThreadsExceedQuota, and what keeps pods from starting."""

from __future__ import annotations

from dataclasses import dataclass

from allot_api.conditions import (
    ConditionType,
    Finding,
    ReadyReason,
    ServableReason,
    Status,
    ThreadsExceedQuotaReason,
    UpToDateReason,
)
from allot_operator.facts.pods import Trouble
from allot_operator.facts.reasons import find_reason
from allot_operator.judging.deployment_facts import DeploymentFacts
from allot_operator.judging.pod_troubles import describe_trouble

TROUBLES = {
    Trouble.UNSCHEDULABLE: ReadyReason.UNSCHEDULABLE,
    Trouble.IMAGE_NOT_PULLED: ReadyReason.IMAGE_NOT_PULLED,
    Trouble.OUT_OF_MEMORY: ReadyReason.OUT_OF_MEMORY,
    Trouble.CRASH_LOOPING: ReadyReason.CRASH_LOOPING,
}
UPGRADE_MESSAGE = "a newer version of Allot will replace the pods; other deployments go first"


@dataclass(frozen=True, slots=True)
class Hindrance:
    """What keeps pods of this generation from being there."""

    reason: ReadyReason
    message: str


def judge_servable(facts: DeploymentFacts) -> Finding:
    """Return whether a request that is sent now is answered."""
    if facts.ready_pods:
        return _servable(Status.TRUE, ServableReason.SERVING, "a pod is ready")
    if not facts.verdict.is_accepted:
        message = "the deployment is not accepted"
        return _servable(Status.FALSE, ServableReason.NOT_ACCEPTED, message)
    if facts.target == 0:
        message = "no pod is wanted, and no gateway is there to start one"
        return _servable(Status.FALSE, ServableReason.SCALED_TO_ZERO, message)
    message = f"none of {facts.target} allocations is ready"
    return _servable(Status.FALSE, ServableReason.NO_READY_PODS, message)


def judge_up_to_date(facts: DeploymentFacts) -> Finding:
    """Return whether every pod that serves is of this generation."""
    if not facts.verdict.is_accepted:
        message = "pods, if any, are left as they are"
        return _up_to_date(Status.FALSE, UpToDateReason.NOT_ACCEPTED, message)
    if facts.workload is None or facts.workload.settings != facts.settings:
        message = "the Deployment is not yet of this generation"
        return _up_to_date(Status.FALSE, UpToDateReason.ROLLOUT_IN_PROGRESS, message)
    serving = facts.ready_pods
    older = [pod for pod in serving if pod.settings != facts.settings]
    if older:
        message = f"{len(serving) - len(older)} of {len(serving)} ready pods are of this generation"
        return _up_to_date(Status.FALSE, UpToDateReason.ROLLOUT_IN_PROGRESS, message)
    message = UPGRADE_MESSAGE if facts.is_upgrade_queued else ""
    return _up_to_date(Status.TRUE, UpToDateReason.UP_TO_DATE, message)


def judge_threads(facts: DeploymentFacts) -> Finding:
    """Return whether a pod's CPU quota is below num_threads; silence changes nothing."""
    reports = facts.reports_of(facts.current_pods)
    for pod, report in reports:
        if report.quota is not None and report.quota < report.num_threads:
            message = (
                f"num_threads is {report.num_threads}, but pod {pod.name} has a CPU quota of "
                f"{report.quota:g} cores"
            )
            return _threads(ThreadsExceedQuotaReason.QUOTA_BELOW_THREADS, message)
    if reports:
        return _threads(ThreadsExceedQuotaReason.WITHIN_QUOTA, "")
    recorded = facts.recorded(ConditionType.THREADS_EXCEED_QUOTA)
    reason = find_reason(ThreadsExceedQuotaReason, recorded.reason) if recorded else None
    if recorded is not None and reason is not None:
        return _threads(reason, recorded.message)
    return _threads(ThreadsExceedQuotaReason.NOT_REPORTED, "")


def find_hindrance(facts: DeploymentFacts) -> Hindrance | None:
    """Return what keeps a pod of this generation from starting, or None."""
    refusal = facts.refusal or (facts.workload.refusal if facts.workload else "")
    if refusal:
        return Hindrance(ReadyReason.PODS_REFUSED, refusal)
    for trouble, reason in TROUBLES.items():
        troubled = [pod for pod in facts.current_pods if pod.trouble is trouble]
        if troubled:
            return Hindrance(reason, describe_trouble(troubled[0]))
    return None


def _servable(status: Status, reason: ServableReason, message: str) -> Finding:
    return Finding(ConditionType.SERVABLE, status, reason, message)


def _up_to_date(status: Status, reason: UpToDateReason, message: str) -> Finding:
    return Finding(ConditionType.UP_TO_DATE, status, reason, message)


def _threads(reason: ThreadsExceedQuotaReason, message: str) -> Finding:
    match reason:
        case ThreadsExceedQuotaReason.QUOTA_BELOW_THREADS:
            status = Status.TRUE
        case ThreadsExceedQuotaReason.WITHIN_QUOTA:
            status = Status.FALSE
        case _:
            status = Status.UNKNOWN
    return Finding(ConditionType.THREADS_EXCEED_QUOTA, status, reason, message)
