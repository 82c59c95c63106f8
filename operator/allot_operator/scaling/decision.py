"""The decision on the target of allocations: a function of plain values and the time.

For now it keeps the target within the bounds, and otherwise as it is. Scaling with the load
is one more branch here; what it has to remember between two decisions goes through `Memory`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from allot_operator.scaling.observation import Observation
from allot_operator.scaling.policy import Bound, Policy


class ScalingReason(StrEnum):
    """Why the target is what it is."""

    FIRST = "First"
    KEPT = "Kept"
    RAISED_TO_MINIMUM = "RaisedToMinimum"
    LOWERED_TO_MAXIMUM = "LoweredToMaximum"
    AS_ASKED = "AsAsked"


@dataclass(frozen=True, slots=True)
class Memory:
    """What one decision leaves for the next; lost at a restart, which must not matter."""

    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The target, and why."""

    target: int
    reason: ScalingReason
    message: str
    memory: Memory


def decide(policy: Policy, memory: Memory, observation: Observation, now: datetime) -> Decision:
    """Return the target of allocations; what is not known changes nothing.

    The result is within the policy's bounds. `memory` is that of the last decision.
    """
    live = observation.live_target
    target = _clamp(policy, policy.minimum if live is None else live)
    reason = _explain(policy, live, target)
    moved = Memory(now) if target != live else memory
    return Decision(target, reason, _describe(policy, reason, target), moved)


def _clamp(policy: Policy, number: int) -> int:
    return max(policy.minimum, min(number, policy.maximum))


def _explain(policy: Policy, live: int | None, target: int) -> ScalingReason:
    if policy.bound is not Bound.ADAPTIVE:
        return ScalingReason.AS_ASKED
    if live is None:
        return ScalingReason.FIRST
    if target > live:
        return ScalingReason.RAISED_TO_MINIMUM
    if target < live:
        return ScalingReason.LOWERED_TO_MAXIMUM
    return ScalingReason.KEPT


def _describe(policy: Policy, reason: ScalingReason, target: int) -> str:
    match reason:
        case ScalingReason.AS_ASKED:
            return f"{policy.bound} is {target}"
        case ScalingReason.FIRST | ScalingReason.RAISED_TO_MINIMUM:
            return f"the minimum is {policy.minimum}"
        case ScalingReason.LOWERED_TO_MAXIMUM:
            return f"the maximum is {policy.maximum}"
        case ScalingReason.KEPT:
            return f"within {policy.minimum} to {policy.maximum}"
