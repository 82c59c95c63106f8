from __future__ import annotations

from allot_api.reasons import ModelAvailableReason
from allot_runtime.errors import SourceReason


def test_every_reason_is_one_that_the_operator_knows() -> None:
    assert {reason.value for reason in SourceReason} <= {one.value for one in ModelAvailableReason}
