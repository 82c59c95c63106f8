"""ScalingLimited: what keeps the number of allocations from what the load asks for."""

from __future__ import annotations

from allot_api.conditions import ConditionType, Finding, ReadyReason, ScalingLimitedReason
from allot_operator.judging.deployment_facts import DeploymentFacts
from allot_operator.judging.pod_findings import find_hindrance
from allot_operator.scaling.reasons import ScalingReason

# What the pods that are not there yet wait for, where they wait for room.
WITHOUT_ROOM = frozenset({ReadyReason.UNSCHEDULABLE, ReadyReason.PODS_REFUSED})
AT_MAXIMUM, NO_GATEWAY = ScalingLimitedReason.AT_MAXIMUM, ScalingLimitedReason.NO_GATEWAY


def judge_scaling_limited(facts: DeploymentFacts) -> Finding:
    """Return whether the target is out of reach, or the bounds keep it from moving.

    What is not known yet, such as after a restart, changes nothing.
    """
    if not facts.verdict.is_accepted or facts.workload is None:
        return _limited(ScalingLimitedReason.NOT_DECIDED)
    if room := _describe_missing_room(facts):
        return _limited(ScalingLimitedReason.NO_ROOM, room)
    before = facts.recorded(ConditionType.SCALING_LIMITED)
    was = before.reason if before else None
    known = facts.scaling_reason
    if known is ScalingReason.AT_MAXIMUM or (known is None and was == AT_MAXIMUM):
        message = f"the load asks for more than {facts.target} allocations, which is the maximum"
        return _limited(AT_MAXIMUM, message)
    is_alone = was == NO_GATEWAY if facts.is_gateway_there is None else not facts.is_gateway_there
    if facts.may_go_to_zero and is_alone:
        return _limited(NO_GATEWAY)
    return _limited(ScalingLimitedReason.WITHIN_BOUNDS)


def _describe_missing_room(facts: DeploymentFacts) -> str:
    """Return what the allocations that have no place wait for; empty if there are none."""
    hindrance, count = find_hindrance(facts), len(facts.ready_pods)
    if hindrance is None or hindrance.reason not in WITHOUT_ROOM or count >= facts.target:
        return ""
    return f"{count} of {facts.target} allocations serve: {hindrance.message}"


def _limited(reason: ScalingLimitedReason, message: str = "") -> Finding:
    return Finding(ConditionType.SCALING_LIMITED, reason.status, reason, message)
