"""What status says where a pass cannot be finished, again and again.

Nothing new is known then, so most conditions stay as they are. But Ready must not go on saying
what nobody has looked at since, and a change of the spec must not seem to be carried out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from allot_api.condition_lookup import find_condition
from allot_api.conditions import (
    AcceptedReason,
    Condition,
    ConditionType,
    Finding,
    ReadyReason,
    ReconcilingReason,
    StalledReason,
    Status,
    UpToDateReason,
    merge_conditions,
)

# A start of the API server or a short loss of rights is over by then: some sixteen seconds.
TOLD_AFTER_FAILURES = 7


def judge_unfinished(
    recorded: Sequence[Condition], generation: int, message: str, now: datetime
) -> list[Condition]:
    """Return the conditions of an endpoint or deployment whose pass failed for this reason."""
    findings = [
        Finding(ConditionType.READY, Status.UNKNOWN, ReadyReason.PASS_FAILED, message),
        Finding(ConditionType.STALLED, Status.FALSE, StalledReason.NOT_STALLED),
        Finding(ConditionType.RECONCILING, Status.TRUE, ReconcilingReason.WAITING, message),
    ]
    if not _speaks_of(recorded, ConditionType.UP_TO_DATE, generation):
        reason = UpToDateReason.ROLLOUT_IN_PROGRESS
        findings.insert(0, Finding(ConditionType.UP_TO_DATE, Status.FALSE, reason, message))
    return _merge(
        _unless_checked(recorded, generation, message) + findings, recorded, generation, now
    )


def judge_unfinished_model(
    recorded: Sequence[Condition], generation: int, message: str, now: datetime
) -> list[Condition]:
    """Return the conditions of a TrainedModel whose pass failed for this reason."""
    return _merge(_unless_checked(recorded, generation, message), recorded, generation, now)


def _unless_checked(recorded: Sequence[Condition], generation: int, message: str) -> list[Finding]:
    if _speaks_of(recorded, ConditionType.ACCEPTED, generation):
        return []
    reason = AcceptedReason.NOT_YET_CHECKED
    return [Finding(ConditionType.ACCEPTED, Status.UNKNOWN, reason, message)]


def _speaks_of(recorded: Sequence[Condition], kind: ConditionType, generation: int) -> bool:
    found = find_condition(list(recorded), kind)
    return found is not None and found.observed_generation == generation


def _merge(
    findings: list[Finding], recorded: Sequence[Condition], generation: int, now: datetime
) -> list[Condition]:
    stamped = (replace(one, observed_generation=generation) for one in findings)
    return merge_conditions(recorded, stamped, now)
