"""Servable, UpToDate and ThreadsExceedQuota, and what keeps pods from starting."""

from __future__ import annotations

from dataclasses import dataclass

from allot_api.condition_lookup import find_reason
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
from allot_operator.facts.workloads import Workload
from allot_operator.judging.deployment_facts import DeploymentFacts
from allot_operator.judging.pod_troubles import describe_trouble
from allot_operator.planning.upgrades import Upgrade

TROUBLES = {
    Trouble.UNSCHEDULABLE: ReadyReason.UNSCHEDULABLE,
    Trouble.IMAGE_NOT_PULLED: ReadyReason.IMAGE_NOT_PULLED,
    Trouble.OUT_OF_MEMORY: ReadyReason.OUT_OF_MEMORY,
    Trouble.CRASH_LOOPING: ReadyReason.CRASH_LOOPING,
}
UPGRADE_QUEUED_MESSAGE = (
    "another version of Allot will replace the pods; other deployments go first"
)
UPGRADE_DEFERRED_MESSAGE = (
    "another version of Allot would replace the pods; upgradePolicy: Deferred leaves them"
)


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
    if facts.is_gateway_there and _is_startable(facts):
        message = "no pod runs; a gateway holds requests while one starts"
        return _servable(Status.TRUE, ServableReason.HELD_BY_GATEWAY, message)
    if facts.target == 0:
        message = "no pod is wanted, and no gateway is there to start one"
        return _servable(Status.FALSE, ServableReason.SCALED_TO_ZERO, message)
    message = f"none of {facts.target} allocations is ready"
    return _servable(Status.FALSE, ServableReason.NO_READY_PODS, message)


def _is_startable(facts: DeploymentFacts) -> bool:
    """Whether the deployment is at zero, or on its way up from there with nothing in the way."""
    return facts.target == 0 or (facts.may_go_to_zero and find_hindrance(facts) is None)


def judge_up_to_date(facts: DeploymentFacts) -> Finding:
    """Return whether every pod that serves is of this generation."""
    if not facts.verdict.is_accepted:
        message = "pods, if any, are left as they are"
        return _up_to_date(Status.FALSE, UpToDateReason.NOT_ACCEPTED, message)
    if facts.workload is None or facts.workload.settings != facts.settings:
        message = "the Deployment is not yet of this generation"
        return _up_to_date(Status.FALSE, UpToDateReason.ROLLOUT_IN_PROGRESS, message)
    if facts.older_pods:
        message = _count_pods(facts)
        return _up_to_date(Status.FALSE, UpToDateReason.ROLLOUT_IN_PROGRESS, message)
    return _judge_upgrade(facts, facts.workload)


def _count_pods(facts: DeploymentFacts) -> str:
    """Return how far a rollout is: an older pod that is not ready now may be ready again."""
    current = facts.current_pods
    ready = sum(pod.is_ready for pod in current)
    return f"{len(current)} of {len(facts.pods)} pods are of this generation, {ready} of them ready"


def _judge_upgrade(facts: DeploymentFacts, workload: Workload) -> Finding:
    """Return how far an upgrade is, if there is one; what serves is of this generation anyway."""
    if facts.upgrade is Upgrade.QUEUED:
        reason, message = UpToDateReason.UPGRADE_QUEUED, UPGRADE_QUEUED_MESSAGE
    elif facts.upgrade is Upgrade.DEFERRED:
        reason, message = UpToDateReason.UPGRADE_DEFERRED, UPGRADE_DEFERRED_MESSAGE
    elif facts.outdated_pods:
        hindrance = find_hindrance(facts)
        is_stuck = workload.has_passed_deadline or hindrance is not None
        reason = UpToDateReason.UPGRADE_STUCK if is_stuck else UpToDateReason.UPGRADE_IN_PROGRESS
        message = f"{len(facts.outdated_pods)} of {len(facts.pods)} pods are still to be replaced"
        message += f": {hindrance.message}" if hindrance else ""
    else:
        reason, message = UpToDateReason.UP_TO_DATE, ""
    return _up_to_date(Status.TRUE, reason, message)


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
    if facts.refusal:
        return Hindrance(ReadyReason.WRITE_REFUSED, facts.refusal)
    if facts.workload is not None and facts.workload.refusal:
        return Hindrance(ReadyReason.PODS_REFUSED, facts.workload.refusal)
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
