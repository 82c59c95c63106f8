from __future__ import annotations

import pytest

from allot_gateway.humanizing import add_twins, write_size


def test_times_and_sizes_have_a_twin_before_them() -> None:
    told = add_twins({"a": [{"start_time": 1_767_225_600_123, "x": 1}], "model_size_bytes": 1536})

    assert told == {
        "a": [
            {
                "start_time_string": "2026-01-01T00:00:00.123Z",
                "start_time": 1_767_225_600_123,
                "x": 1,
            }
        ],
        "model_size": "1.5kb",
        "model_size_bytes": 1536,
    }
    assert list(told)[1:] == ["model_size", "model_size_bytes"]


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0b"), (1023, "1023b"), (1024, "1kb"), (470_641_600, "448.8mb"), (2**30, "1gb")],
)
def test_sizes_are_cut_after_one_digit(size: int, text: str) -> None:
    assert write_size(size) == text


def test_what_is_no_number_has_no_twin() -> None:
    assert add_twins({"start_time": "soon"}) == {"start_time": "soon"}
