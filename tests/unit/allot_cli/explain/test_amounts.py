from __future__ import annotations

from datetime import timedelta

import pytest

from allot_cli.explain.amounts import say_age, say_count, say_duration, say_number
from tests.unit.allot_cli.explain.builders import NOW


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"),
        (3.0, "3"),
        (0.3512, "0.351"),
        (12.34, "12.3"),
        (123.4, "123"),
        (2710.4, "2,710"),
        (1_450_000, "1,450,000"),
        (-5.5, "-5.5"),
    ],
)
def test_numbers_have_three_digits_that_count(value: float, said: str) -> None:
    assert say_number(value) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (0.5, "0.5 s"),
        (10, "10 s"),
        (90, "90 s"),
        (120, "2 min"),
        (3600, "1 h"),
        (86_400, "24 h"),
        (90_000, "25 h"),
        (2 * 86_400, "2 days"),
    ],
)
def test_a_duration_is_said_in_its_largest_whole_unit(seconds: float, said: str) -> None:
    assert say_duration(timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "just now"),
        (0.2, "just now"),
        (59, "59 s ago"),
        (119, "119 s ago"),
        (150, "2 min ago"),
        (2 * 3600, "2 h ago"),
        (47 * 3600, "47 h ago"),
        (50 * 3600, "2 days ago"),
    ],
)
def test_an_age_is_rounded_down(seconds: float, said: str) -> None:
    assert say_age(NOW - timedelta(seconds=seconds), NOW) == said


def test_one_of_a_thing_is_not_several() -> None:
    assert [say_count(number, "allocation") for number in (0, 1, 2)] == [
        "0 allocations",
        "1 allocation",
        "2 allocations",
    ]
