from __future__ import annotations

import re

import pytest

from allot_api.condition_types import ConditionType, Status
from allot_api.conditions import MAX_CONDITIONS
from allot_api.reasons import REASONS, AcceptedReason


def test_every_condition_has_reasons_and_fits_the_list() -> None:
    assert set(REASONS) == set(ConditionType)
    assert len(ConditionType) <= MAX_CONDITIONS


@pytest.mark.parametrize("condition", ConditionType)
def test_every_reason_is_one_word_with_a_sentence(condition: ConditionType) -> None:
    for reason in REASONS[condition]:
        assert re.fullmatch(r"([A-Z][a-z]+)+", reason)
        assert reason.sentence.endswith(".")


def test_a_reason_is_its_word() -> None:
    assert f"{AcceptedReason.ID_TAKEN}" == "IdTaken"
    assert AcceptedReason("IdTaken") is AcceptedReason.ID_TAKEN


def test_a_reason_goes_with_false_unless_it_says_otherwise() -> None:
    assert AcceptedReason.ID_TAKEN.status is Status.FALSE
    assert AcceptedReason.ACCEPTED.status is Status.TRUE
    assert AcceptedReason.NOT_YET_CHECKED.status is Status.UNKNOWN
