"""Events from the difference of two statuses, so that a restart repeats none.

An Event carries the reason and message of the condition that it tells of. Where several
conditions changed for the same reason, one Event tells it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from allot_api.condition_lookup import find_condition
from allot_api.conditions import (
    AcceptedReason,
    Condition,
    ConditionType,
    ModelAvailableReason,
    ReadyReason,
    ScalingLimitedReason,
    Status,
    ThreadsExceedQuotaReason,
    UpToDateReason,
)
from allot_api.deployment_stats import DeploymentStats

SCALED_TO = "ScaledTo"
ACCEPTANCE = frozenset(reason.value for reason in AcceptedReason)
# Reasons that a person gains nothing from: they only say that the next one is awaited.
SILENT = frozenset(
    {
        AcceptedReason.NOT_YET_CHECKED.value,
        ModelAvailableReason.NO_PODS.value,
        ModelAvailableReason.NOT_REPORTED.value,
        ModelAvailableReason.NOT_ACCEPTED.value,
        ReadyReason.WAITING_FOR_ALLOCATIONS.value,
        UpToDateReason.UP_TO_DATE.value,
    }
)
# The conditions that tell a story, in the order in which it is told.
TOLD = (
    ConditionType.ACCEPTED,
    ConditionType.MODEL_AVAILABLE,
    ConditionType.UP_TO_DATE,
    ConditionType.READY,
    ConditionType.STALLED,
    ConditionType.THREADS_EXCEED_QUOTA,
    ConditionType.SCALING_LIMITED,
)
# This one is told only once it was True: before, nothing is replaced by anything.
TOLD_IF_LOST = frozenset({ConditionType.UP_TO_DATE})
# Of these only what is wrong is told.
TOLD_IF_TRUE = frozenset(
    {ConditionType.STALLED, ConditionType.THREADS_EXCEED_QUOTA, ConditionType.SCALING_LIMITED}
)
# Steps on the way, which are no cause for alarm although their condition is False.
NORMAL = frozenset(
    {
        ModelAvailableReason.FETCHING.value,
        ModelAvailableReason.LOADING.value,
        ModelAvailableReason.WARMING_UP.value,
        UpToDateReason.ROLLOUT_IN_PROGRESS.value,
        UpToDateReason.UPGRADE_QUEUED.value,
        UpToDateReason.UPGRADE_DEFERRED.value,
        UpToDateReason.UPGRADE_IN_PROGRESS.value,
        ReadyReason.PARTIALLY_ALLOCATED.value,
        ReadyReason.WAITING_FOR_ALLOCATIONS.value,
        ReadyReason.SCALED_TO_ZERO.value,
        ThreadsExceedQuotaReason.WITHIN_QUOTA.value,
        ScalingLimitedReason.NO_GATEWAY.value,
    }
)


# A cause for alarm although its condition is True.
ALARMING = frozenset({UpToDateReason.UPGRADE_STUCK.value})


class Severity(StrEnum):
    """The two types of Kubernetes Events."""

    NORMAL = "Normal"
    WARNING = "Warning"


@dataclass(frozen=True, slots=True)
class Notice:
    """One Event that is to be posted about an object."""

    severity: Severity
    reason: str
    message: str


def find_notices(before: Sequence[Condition], after: Sequence[Condition]) -> tuple[Notice, ...]:
    """Return what changed between two lists of conditions, each reason once.

    Of several conditions with one reason the one that says most is told: Ready names the cause,
    and adds what goes on serving.
    """
    told: dict[str, Notice] = {}
    for kind in TOLD:
        notice = _tell(list(before), list(after), kind)
        known = told.get(notice.reason) if notice else None
        if notice and (known is None or len(notice.message) > len(known.message)):
            told[notice.reason] = notice
    return tuple(told.values())


def tell_in_order(writes: Iterable[Notice], told: Iterable[Notice]) -> tuple[Notice, ...]:
    """Return the story of one pass: acceptance, then what was written, then what came of it."""
    first = [notice for notice in told if notice.reason in ACCEPTANCE]
    return tuple(dict.fromkeys((*first, *writes, *told)))


def find_scaling(
    before: DeploymentStats | None, after: DeploymentStats | None, why: str = ""
) -> tuple[Notice, ...]:
    """Return the Event of a target that moved; the first target is no move."""
    if before is None or after is None:
        return ()
    was = before.allocation_status.target_allocation_count
    now = after.allocation_status.target_allocation_count
    if was == now:
        return ()
    message = f"from {was} to {now} allocations" + (f": {why}" if why else "")
    return (Notice(Severity.NORMAL, SCALED_TO, message),)


def _tell(before: list[Condition], after: list[Condition], kind: ConditionType) -> Notice | None:
    old, new = find_condition(before, kind), find_condition(after, kind)
    if new is None or not _is_news(old, new, kind):
        return None
    is_bad = (new.status is Status.TRUE) == (kind in TOLD_IF_TRUE)
    is_alarming = new.reason in ALARMING or (is_bad and new.reason not in NORMAL)
    severity = Severity.WARNING if is_alarming else Severity.NORMAL
    return Notice(severity, new.reason, new.message)


def _is_news(old: Condition | None, new: Condition, kind: ConditionType) -> bool:
    if new.reason in SILENT or (old and (old.status, old.reason) == (new.status, new.reason)):
        return False
    if kind in TOLD_IF_LOST:
        return old is not None and old.status is Status.TRUE
    return kind not in TOLD_IF_TRUE or new.status is Status.TRUE
