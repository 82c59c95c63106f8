"""Reason words that were read back from somewhere: a status, a pod's answer, its last words."""

from __future__ import annotations

from typing import TypeVar

from allot_api.conditions import Condition, ConditionType, Reason, Status

ReasonT = TypeVar("ReasonT", bound=Reason)


def find_reason(reasons: type[ReasonT], word: str) -> ReasonT | None:
    """Return the member that is this word, or None if another version wrote it."""
    return next((reason for reason in reasons if reason == word), None)


def find_condition(conditions: list[Condition], kind: ConditionType) -> Condition | None:
    """Return the condition of a type, or None if it was never set."""
    return next((one for one in conditions if one.type == kind), None)


def find_true(conditions: list[Condition], kind: ConditionType) -> Condition | None:
    """Return the condition of a type where it is True."""
    found = find_condition(conditions, kind)
    return found if found is not None and found.status is Status.TRUE else None
