from __future__ import annotations

import pytest

from allot_runtime.sources.progress import Meter, Pace, Progress, nothing_yet


def test_nothing_is_known_before_a_fetch_begins() -> None:
    assert nothing_yet() == Progress(0, None, None)


def test_the_rest_takes_as_long_as_the_last_seconds_were_fast() -> None:
    pace = Pace()
    pace.observe(0, 0)
    pace.observe(10, 100)

    assert pace.seconds_left(10, 100, 400) == pytest.approx(30)


def test_what_was_long_ago_does_not_count() -> None:
    pace = Pace()
    for second in range(100):
        pace.observe(second, second)
    for second in range(100, 130):
        pace.observe(second, 100 + 10 * (second - 100))

    assert pace.seconds_left(129, 390, 1390) == pytest.approx(100, rel=0.01)


def test_nothing_is_said_without_a_speed() -> None:
    pace = Pace()
    assert pace.seconds_left(0, 0, 10) is None

    pace.observe(0, 5)
    assert pace.seconds_left(0.1, 6, 10) is None
    assert pace.seconds_left(5, 5, 10) is None


def test_a_meter_counts_what_comes_and_what_is_thrown_away() -> None:
    meter = Meter(10, 100)

    meter.add(40)
    meter.add(-10)

    assert (meter.measure().bytes_done, meter.measure().bytes_total) == (40, 100)
