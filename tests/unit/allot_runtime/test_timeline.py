from __future__ import annotations

from allot_runtime.timeline import Interval, Timeline


def test_a_request_computes_from_its_first_pass_to_its_last() -> None:
    timeline = Timeline(0.0, queued_at=1.0)

    timeline.add_pass(Interval(3.0, 4.0))
    timeline.add_pass(Interval(6.0, 8.0))

    assert timeline.computing == Interval(3.0, 8.0)
    assert timeline.waiting == Interval(1.0, 3.0)


def test_what_was_not_reached_is_not_known() -> None:
    assert Timeline(0.0).waiting is None
    assert Timeline(0.0, queued_at=1.0).waiting is None


def test_an_interval_has_a_length() -> None:
    assert Interval(1.5, 4.0).seconds == 2.5
