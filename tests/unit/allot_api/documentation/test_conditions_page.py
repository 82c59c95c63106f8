from __future__ import annotations

from pathlib import Path

from allot_api.condition_types import ConditionType
from allot_api.documentation.conditions_page import build_conditions_page
from allot_api.reasons import REASONS

PAGE = Path(__file__).resolve().parents[4] / "docs" / "conditions.md"


def test_the_page_lists_every_condition_and_reason_with_its_sentence() -> None:
    page = build_conditions_page()

    for kind in ConditionType:
        assert f"## {kind}\n" in page
        for reason in REASONS[kind]:
            assert f"| {reason.status} | `{reason}` | {reason.sentence} |" in page


def test_the_checked_in_page_is_what_the_code_gives() -> None:
    assert PAGE.read_text(encoding="utf-8") == build_conditions_page()
