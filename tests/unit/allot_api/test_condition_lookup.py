from __future__ import annotations

from allot_api.condition_lookup import find_condition, find_reason, find_true
from allot_api.conditions import (
    AcceptedReason,
    Condition,
    ConditionType,
    Status,
)


def test_finds_a_reason_by_its_word() -> None:
    assert find_reason(AcceptedReason, "IdTaken") is AcceptedReason.ID_TAKEN


def test_a_word_of_another_version_is_no_reason() -> None:
    assert find_reason(AcceptedReason, "Whatever") is None


def test_a_condition_that_was_never_set_is_none() -> None:
    assert find_condition([], "Accepted") is None  # type: ignore[arg-type]


def test_only_a_condition_that_is_true_is_found_true() -> None:
    stalled = {
        status: Condition.model_construct(type=ConditionType.STALLED, status=status)
        for status in (Status.TRUE, Status.FALSE)
    }

    assert find_true([stalled[Status.TRUE]], ConditionType.STALLED) is stalled[Status.TRUE]
    assert find_true([stalled[Status.FALSE]], ConditionType.STALLED) is None
    assert find_true([], ConditionType.STALLED) is None
