from __future__ import annotations

from allot_operator.health import Health


def test_a_loop_that_is_silent_for_too_long_is_named() -> None:
    time = [0.0]
    health = Health(lambda: time[0])
    health.expect("watches", 10)
    health.expect("rounds", 10)

    time[0] = 9.0
    health.beat("rounds")
    assert health.find_silent() == {}
    time[0] = 11.0

    assert health.find_silent() == {"watches": 11.0}


def test_a_loop_that_ended_as_it_should_is_not_missed() -> None:
    time = [0.0]
    health = Health(lambda: time[0])
    health.expect("watches", 10)

    health.dismiss("watches")
    time[0] = 99.0

    assert health.find_silent() == {}
