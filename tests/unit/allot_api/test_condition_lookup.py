from __future__ import annotations

from allot_api.condition_lookup import find_condition, find_reason
from allot_api.conditions import AcceptedReason


def test_finds_a_reason_by_its_word() -> None:
    assert find_reason(AcceptedReason, "IdTaken") is AcceptedReason.ID_TAKEN


def test_a_word_of_another_version_is_no_reason() -> None:
    assert find_reason(AcceptedReason, "Whatever") is None


def test_a_condition_that_was_never_set_is_none() -> None:
    assert find_condition([], "Accepted") is None  # type: ignore[arg-type]
