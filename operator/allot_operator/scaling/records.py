"""Which decisions are kept for people to look at. Pure."""

from __future__ import annotations

from datetime import datetime

from allot_api.scaling_decision import ScalingDecision
from allot_operator.scaling.decision import Decision
from allot_operator.scaling.policy import Bound, Policy
from allot_operator.scaling.reasons import ScalingReason

# Reasons that are news although the target stays: they say that it would move if it could.
STANDING = frozenset({ScalingReason.AT_MAXIMUM})


def is_told(before: Decision | None, after: Decision) -> bool:
    """Whether a standing reason came or went between two decisions."""
    was = before.reason if before else ScalingReason.KEPT
    return (was in STANDING or after.reason in STANDING) and was is not after.reason


def may_be_recorded(decision: Decision, live_target: int | None) -> bool:
    """Whether a decision is one to keep, unless that was done already.

    The first target of a deployment is no move.
    """
    is_move = decision.target != live_target
    return live_target is not None and (is_move or decision.reason in STANDING)


def is_recorded(
    latest: ScalingDecision | None, decision: Decision, live_target: int | None
) -> bool:
    """Whether a decision is to be kept: the target moves, or a standing reason is new."""
    if not may_be_recorded(decision, live_target):
        return False
    is_move = decision.target != live_target
    return is_move or latest is None or latest.reason != decision.reason


def build_record(
    policy: Policy, decision: Decision, live_target: int | None, now: datetime
) -> ScalingDecision:
    """Return the record of a decision."""
    named = policy.name.value if policy.bound is Bound.ADAPTIVE else policy.bound.value
    return ScalingDecision(
        at=now,
        previous=live_target,
        target=decision.target,
        reason=decision.reason.value,
        message=decision.message,
        policy=named,
        inputs=dict(decision.inputs),
    )
