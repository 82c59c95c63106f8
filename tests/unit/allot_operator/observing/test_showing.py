from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from allot_api.terms import ModelState
from allot_operator.facts.reports import NotKnown, Report
from allot_operator.observing.showing import SHOW_EVERY, Shown, choose_shown
from tests.unit.allot_operator.builders import NOW, a_report

SOON = NOW + timedelta(seconds=1)


def fetching(done: int, **fields: object) -> Report:
    return a_report(ModelState.FETCHING, bytes_done=done, bytes_total=1000, **fields)


def test_a_small_step_is_not_shown_at_once() -> None:
    shown = choose_shown(Shown(fetching(100, seconds_left=9.0), NOW), fetching(140), SOON)

    assert shown == Shown(fetching(100, seconds_left=9.0), NOW)


def test_a_large_step_is() -> None:
    assert choose_shown(Shown(fetching(100), NOW), fetching(150), SOON) == Shown(
        fetching(150), SOON
    )


def test_small_steps_are_shown_every_few_seconds_from_the_last_time_on() -> None:
    shown = Shown(fetching(0), NOW)
    times = []
    for second in range(1, 16):
        now = NOW + timedelta(seconds=second)
        shown = choose_shown(shown, fetching(second), now)
        if shown.since == now:
            times.append(second)

    assert times == [5, 10, 15]
    assert timedelta(seconds=4) < SHOW_EVERY <= timedelta(seconds=5)


@pytest.mark.parametrize(
    "reading",
    [
        a_report(ModelState.LOADING, bytes_done=1000, bytes_total=1000),
        NotKnown("timeout"),
        a_report(ModelState.FETCHING, bytes_done=0, bytes_total=2000),
        a_report(ModelState.FETCHING, bytes_done=0, bytes_total=1000, boot_id="another"),
    ],
)
def test_all_other_news_is_shown_at_once(reading: Report | NotKnown) -> None:
    assert choose_shown(Shown(fetching(100), NOW), reading, SOON) == Shown(reading, SOON)
    assert choose_shown(None, reading, SOON) == Shown(reading, SOON)


def test_a_reason_is_shown_at_once_beside_bytes_that_are_not() -> None:
    reading = fetching(120, reason="Unreachable", message="away")

    shown = choose_shown(Shown(fetching(100), NOW), reading, SOON)

    assert shown.reading == replace(reading, bytes_done=100)


def test_what_scaling_reads_is_always_the_latest() -> None:
    work = replace(fetching(0).work, tokens_waiting=7)

    shown = choose_shown(Shown(fetching(100), NOW), fetching(101, work=work), SOON)

    assert isinstance(shown.reading, Report)
    assert shown.reading.work.tokens_waiting == 7
