from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_api.time_values import TIME_VALUE_PATTERN, parse_time_value

NOW = datetime(2026, 11, 29, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("0s", timedelta()),
        ("90s", timedelta(seconds=90)),
        ("2m", timedelta(minutes=2)),
        ("24h", timedelta(days=1)),
        ("1d", timedelta(days=1)),
        ("007m", timedelta(minutes=7)),
    ],
)
def test_a_number_and_a_unit_are_a_time(text: str, length: timedelta) -> None:
    assert parse_time_value(text) == length


@pytest.mark.parametrize(
    "text",
    ["", "2", "m", "2 m", "2M", "1.5h", "-1", "-1m", "5ms", "1h30m", "100000s", "2m\n", "٢m"],
)
def test_anything_else_is_none(text: str) -> None:
    assert parse_time_value(text) is None


@given(st.from_regex(TIME_VALUE_PATTERN, fullmatch=True))
def test_every_time_leads_to_a_date_that_exists(text: str) -> None:
    length = parse_time_value(text.strip())

    assert length is not None
    assert NOW - length <= NOW <= NOW + length
