from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from allot_api.conditions import (
    MAX_MESSAGE_LENGTH,
    Condition,
    ConditionType,
    Finding,
    ReadyReason,
    Status,
    fit_message,
    merge_condition,
    merge_conditions,
)

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)


def a_finding(
    status: Status = Status.TRUE,
    *,
    type: ConditionType = ConditionType.READY,  # noqa: A002 - the field's own word
    message: str = "",
    generation: int = 1,
) -> Finding:
    return Finding(type, status, ReadyReason.FULLY_ALLOCATED, message, generation)


def test_a_first_condition_begins_now_in_whole_seconds() -> None:
    (condition,) = merge_condition([], a_finding(), NOON + timedelta(microseconds=5))

    assert condition.model_dump(mode="json") == {
        "type": "Ready",
        "status": "True",
        "observedGeneration": 1,
        "lastTransitionTime": "2026-11-24T12:00:00Z",
        "reason": "FullyAllocated",
        "message": ReadyReason.FULLY_ALLOCATED.sentence,
    }


def test_the_time_stays_while_the_status_does() -> None:
    before = merge_condition([], a_finding(), NOON)

    (after,) = merge_condition(before, a_finding(message="3 of 3", generation=2), LATER)

    assert after.last_transition_time == NOON
    assert (after.message, after.observed_generation) == ("3 of 3", 2)


def test_the_time_moves_with_the_status() -> None:
    before = merge_condition([], a_finding(), NOON)

    (after,) = merge_condition(before, a_finding(Status.FALSE), LATER)

    assert after.last_transition_time == LATER


def test_other_conditions_and_the_order_stay() -> None:
    findings = [a_finding(type=ConditionType.ACCEPTED), a_finding(type=ConditionType.READY)]
    before = merge_conditions([], findings, NOON)

    after = merge_condition(before, a_finding(Status.FALSE, type=ConditionType.ACCEPTED), LATER)

    assert [it.type for it in after] == ["Accepted", "Ready"]
    assert after[1] == before[1]


@given(st.lists(st.sampled_from(Status), min_size=1, max_size=8))
def test_merging_the_same_again_changes_nothing(statuses: list[Status]) -> None:
    conditions: list[Condition] = []
    for minute, status in enumerate(statuses):
        conditions = merge_condition(
            conditions, a_finding(status), NOON + timedelta(minutes=minute)
        )

    assert merge_condition(conditions, a_finding(statuses[-1]), LATER) == conditions


def test_a_stored_condition_reads_back_as_it_was() -> None:
    conditions = merge_condition([], a_finding(), NOON)

    stored = [it.model_dump(mode="json") for it in conditions]

    assert [Condition.model_validate(it) for it in stored] == conditions


def test_a_long_message_is_cut_at_the_bound() -> None:
    assert fit_message("short") == "short"
    assert len(fit_message("x" * 10_000)) == MAX_MESSAGE_LENGTH
