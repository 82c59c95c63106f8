from __future__ import annotations

from datetime import UTC, datetime

import pytest

from allot_api.scaling_decision import ScalingDecision
from allot_api.terms import ScalingPolicy
from allot_operator.scaling.decision import Decision, Memory
from allot_operator.scaling.policy import Bound, Policy
from allot_operator.scaling.reasons import ScalingReason
from allot_operator.scaling.records import build_record, is_recorded, is_told

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
WORK = Policy(Bound.ADAPTIVE, 1, 4, ScalingPolicy.WORK)


def a_decision(target: int = 2, reason: ScalingReason = ScalingReason.MORE_WORK) -> Decision:
    return Decision(target, reason, "why", Memory(), (("waiting_tokens", 7.0),))


def a_record(reason: ScalingReason = ScalingReason.MORE_WORK, target: int = 2) -> ScalingDecision:
    return build_record(WORK, a_decision(target, reason), 1, NOW)


@pytest.mark.parametrize(
    ("latest", "decision", "live", "recorded"),
    [
        (None, a_decision(), 1, True),
        (a_record(), a_decision(3), 2, True),
        (None, a_decision(1, ScalingReason.FIRST), None, False),
        (a_record(), a_decision(2, ScalingReason.KEPT), 2, False),
        (a_record(), a_decision(4, ScalingReason.AT_MAXIMUM), 4, True),
        (a_record(ScalingReason.AT_MAXIMUM), a_decision(4, ScalingReason.AT_MAXIMUM), 4, False),
        (a_record(ScalingReason.AT_MAXIMUM), a_decision(4, ScalingReason.AT_MAXIMUM), 3, True),
    ],
)
def test_moves_are_recorded_and_the_maximum_once(
    latest: ScalingDecision | None, decision: Decision, live: int | None, recorded: bool
) -> None:
    assert is_recorded(latest, decision, live) is recorded


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (None, ScalingReason.KEPT, False),
        (None, ScalingReason.AT_MAXIMUM, True),
        (ScalingReason.AT_MAXIMUM, ScalingReason.AT_MAXIMUM, False),
        (ScalingReason.AT_MAXIMUM, ScalingReason.KEPT, True),
        (ScalingReason.MORE_WORK, ScalingReason.KEPT, False),
    ],
)
def test_a_round_tells_when_the_maximum_is_reached_and_left(
    before: ScalingReason | None, after: ScalingReason, told: bool
) -> None:
    was = a_decision(reason=before) if before else None
    assert is_told(was, a_decision(reason=after)) is told


def test_a_record_names_the_policy_or_what_set_the_number() -> None:
    fixed = Policy(Bound.FIXED, 3, 3)

    assert a_record().policy == "work"
    assert a_record().inputs == {"waiting_tokens": 7.0}
    assert build_record(fixed, a_decision(3, ScalingReason.AS_ASKED), 1, NOW).policy == (
        "num_allocations"
    )
