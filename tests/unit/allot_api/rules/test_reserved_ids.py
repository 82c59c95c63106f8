from __future__ import annotations

from allot_api.preconfigured import PRECONFIGURED
from allot_api.rules.reserved_ids import RESERVED_ID_RULES
from tests.cases.validation import CASES


def test_each_reserved_id_has_its_rule() -> None:
    assert len({rule.name for rule in RESERVED_ID_RULES}) == len(PRECONFIGURED)


def test_each_rule_is_kept_and_broken_by_a_case_of_both_judges() -> None:
    """What holds and what the CEL says is compared on these cases, on a real API server too."""
    told = {violation.message for case in CASES for violation in case.violations}
    kept = {case.spec.get("inference_id") for case in CASES if not case.violations}

    assert {rule.message for rule in RESERVED_ID_RULES} <= told
    assert {one.inference_id for one in PRECONFIGURED} <= kept
