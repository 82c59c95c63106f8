from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from allot_api.scaling_decision import (
    KEPT_BYTES,
    KEPT_DECISIONS,
    ScalingDecision,
    dump_decisions,
    keep_latest,
    parse_decisions,
)

AT = datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC)


def a_decision(number: int = 0, message: str = "why") -> ScalingDecision:
    return ScalingDecision(
        at=AT + timedelta(seconds=number),
        previous=1,
        target=2,
        reason="MoreWork",
        message=message,
        policy="work",
        inputs={"arriving_tokens_per_second": 1234.5},
    )


def test_a_record_is_one_line_of_json_that_comes_back() -> None:
    text = dump_decisions([a_decision(), a_decision(1)])

    assert text.splitlines()[0] == (
        '{"at":"2026-01-02T03:04:05.678000Z","from":1,"to":2,"reason":"MoreWork","message":"why",'
        '"policy":"work","inputs":{"arriving_tokens_per_second":1234.5}}'
    )
    assert parse_decisions(text).records == (a_decision(), a_decision(1))
    assert parse_decisions(text).latest == a_decision(1)


@pytest.mark.parametrize("line", ["", "{", '{"to": 1}', "[]", "null"])
def test_a_line_that_is_not_understood_costs_only_itself(line: str) -> None:
    text = f"{line}\n{dump_decisions([a_decision()])}"

    found = parse_decisions(text)
    assert (found.records, found.misread) == ((a_decision(),), 1)


def test_nothing_is_no_record() -> None:
    assert parse_decisions("").latest is None


def test_the_latest_are_kept_and_at_least_500_of_usual_length() -> None:
    records = [a_decision(number, message="x" * 300) for number in range(2 * KEPT_DECISIONS)]

    kept = keep_latest(records)

    assert kept == tuple(records[-KEPT_DECISIONS:])
    assert len(kept) >= 500


def test_long_records_are_fewer_so_that_the_api_server_takes_them() -> None:
    records = [a_decision(number, message="é" * 4000) for number in range(KEPT_DECISIONS)]

    kept = keep_latest(records)

    assert kept == tuple(records[-len(kept) :])
    assert KEPT_BYTES - 10_000 < len(dump_decisions(kept).encode()) <= KEPT_BYTES
