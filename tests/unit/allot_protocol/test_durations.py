from __future__ import annotations

import pytest

from allot_protocol.durations import parse_duration_seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30s", 30), ("500ms", 0.5), ("2m", 120), ("1h", 3600), ("1d", 86_400), ("1.5s", 1.5),
        ("7micros", 7e-6), ("9nanos", 9e-9), (" 30S ", 30), ("0s", 0),
    ],
)  # fmt: skip
def test_elasticsearchs_time_values(text: str, seconds: float) -> None:
    assert parse_duration_seconds(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "30", "s", "-1s", "30 s", "1e3s", "thirty", "5min"])
def test_what_is_no_time_value_is_none(text: str) -> None:
    assert parse_duration_seconds(text) is None
