from __future__ import annotations

from dataclasses import replace

import pytest

from allot_api.conditions import (
    ConditionType,
    ReadyReason,
    ServableReason,
    Status,
    merge_condition,
)
from allot_api.size_reasons import ScalingLimitedReason
from allot_operator.facts.pods import Trouble
from allot_operator.judging.deployment_facts import DeploymentFacts
from allot_operator.judging.scaling_limits import judge_scaling_limited
from allot_operator.scaling.reasons import ScalingReason
from tests.unit.allot_operator.builders import NOW, a_deployment, a_pod, a_troubled_pod
from tests.unit.allot_operator.judging.cases import a_workload, judged, refused, some_facts

ADAPTIVE = {"enabled": True, "max_number_of_allocations": 8}
ROOMLESS = a_troubled_pod(Trouble.UNSCHEDULABLE, "0/1 nodes are available: 1 Insufficient cpu.")
STARTING = a_pod(is_ready=False)
NO_DECISION = ScalingLimitedReason.NOT_DECIDED


def adaptive_facts(**fields: object) -> DeploymentFacts:
    deployment = a_deployment(adaptive_allocations=ADAPTIVE)
    given = {"scaling_reason": ScalingReason.KEPT, "is_gateway_there": True}
    return some_facts(**({"deployment": deployment} | given | fields))


def recorded_as(facts: DeploymentFacts, reason: ScalingLimitedReason) -> DeploymentFacts:
    finding = judge_scaling_limited(facts)
    known = replace(finding, reason=reason, status=reason.status, observed_generation=1)
    conditions = merge_condition([], known, NOW)
    status = facts.deployment.status.model_copy(update={"conditions": conditions})
    return replace(facts, deployment=replace(facts.deployment, status=status))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, ScalingLimitedReason.WITHIN_BOUNDS),
        ({"scaling_reason": ScalingReason.AT_MAXIMUM}, ScalingLimitedReason.AT_MAXIMUM),
        ({"is_gateway_there": False}, ScalingLimitedReason.NO_GATEWAY),
        ({"pods": (a_pod(), ROOMLESS), "target": 2}, ScalingLimitedReason.NO_ROOM),
        # A pod too many, such as in a rollout, is not missed.
        ({"pods": (a_pod(), ROOMLESS), "target": 1}, ScalingLimitedReason.WITHIN_BOUNDS),
        ({"workload": None}, NO_DECISION),
    ],
)
def test_the_reason_that_says_most(fields: dict[str, object], reason: ScalingLimitedReason) -> None:
    finding = judge_scaling_limited(adaptive_facts(**fields))

    assert (finding.reason, finding.status) == (reason, reason.status)


def test_a_quota_is_want_of_room_and_the_message_says_how_many_serve() -> None:
    workload = a_workload(refusal='pods "d-x" is forbidden: exceeded quota: cpu')
    finding = judge_scaling_limited(adaptive_facts(workload=workload, target=8))

    assert finding.reason is ScalingLimitedReason.NO_ROOM
    assert finding.message == (
        '1 of 8 allocations serve: pods "d-x" is forbidden: exceeded quota: cpu'
    )


def test_what_serves_is_ready_although_more_is_wanted_than_fits() -> None:
    deployment = a_deployment(adaptive_allocations=ADAPTIVE)
    found = judged(deployment=deployment, pods=(a_pod(), ROOMLESS), target=2)

    assert found[ConditionType.READY].status is Status.TRUE
    assert found[ConditionType.RECONCILING].status is Status.FALSE
    assert found[ConditionType.SCALING_LIMITED].status is Status.TRUE


def test_what_is_not_accepted_is_not_limited() -> None:
    assert judge_scaling_limited(refused()).reason is NO_DECISION


@pytest.mark.parametrize(
    ("unknown", "reason"),
    [
        ("scaling_reason", ScalingLimitedReason.AT_MAXIMUM),
        ("is_gateway_there", ScalingLimitedReason.NO_GATEWAY),
    ],
)
def test_what_is_not_known_after_a_restart_changes_nothing(
    unknown: str, reason: ScalingLimitedReason
) -> None:
    facts = adaptive_facts(**{unknown: None})
    assert judge_scaling_limited(recorded_as(facts, reason)).reason is reason
    # Room is seen of the pods at once.
    roomy = recorded_as(facts, ScalingLimitedReason.NO_ROOM)
    assert judge_scaling_limited(roomy).reason is ScalingLimitedReason.WITHIN_BOUNDS


@pytest.mark.parametrize(
    ("target", "pods", "is_gateway_there", "servable", "ready"),
    [
        (0, (), True, ServableReason.HELD_BY_GATEWAY, ReadyReason.SCALED_TO_ZERO),
        (1, (STARTING,), True, ServableReason.HELD_BY_GATEWAY, ReadyReason.SCALED_TO_ZERO),
        (0, (), False, ServableReason.SCALED_TO_ZERO, ServableReason.SCALED_TO_ZERO),
    ],
)  # fmt: skip
def test_at_zero_a_gateway_makes_the_difference(
    target: int,
    pods: tuple[object, ...],
    is_gateway_there: bool,
    servable: ServableReason,
    ready: ReadyReason,
) -> None:
    deployment = a_deployment(adaptive_allocations=ADAPTIVE)
    found = judged(
        deployment=deployment, target=target, pods=pods, is_gateway_there=is_gateway_there
    )

    assert found[ConditionType.SERVABLE].reason is servable
    assert found[ConditionType.READY].reason is ready
    assert (found[ConditionType.READY].status is Status.TRUE) == is_gateway_there


def test_a_pod_that_cannot_start_is_no_way_up_from_zero() -> None:
    deployment = a_deployment(adaptive_allocations=ADAPTIVE)
    found = judged(deployment=deployment, pods=(ROOMLESS,), target=1, is_gateway_there=True)

    assert found[ConditionType.SERVABLE].reason is ServableReason.NO_READY_PODS
