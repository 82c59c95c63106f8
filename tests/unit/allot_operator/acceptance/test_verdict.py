from __future__ import annotations

from allot_api.conditions import AcceptedReason
from allot_operator.acceptance.verdict import Verdict, first_problem

PROBLEM = Verdict(AcceptedReason.ID_TAKEN, "taken")


def test_the_first_problem_is_told() -> None:
    checks = (lambda _: None, lambda _: PROBLEM, lambda _: Verdict(AcceptedReason.INVALID_SPEC))

    assert first_problem(checks, None) is PROBLEM
    assert first_problem(checks[:1], None) is None


def test_only_one_reason_accepts() -> None:
    accepted = [reason for reason in AcceptedReason if Verdict(reason).is_accepted]

    assert accepted == [AcceptedReason.ACCEPTED]
