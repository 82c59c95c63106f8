from __future__ import annotations

from datetime import timedelta

import pytest

from allot_operator.scaling.own_clock import OwnClock
from tests.unit.allot_operator.builders import NOW


@pytest.mark.parametrize(
    ("step", "known"),
    [(5, 5.0), (60, 60.0), (0, 0.0), (61, 0.0), (3600, 0.0), (-5, 0.0), (-3600, 0.0)],
)
def test_only_steps_that_time_alone_can_make_are_known(step: int, known: float) -> None:
    clock = OwnClock().advance(NOW).advance(NOW + timedelta(seconds=step))

    assert (clock.step, clock.seconds) == (known, known)


def test_the_first_look_knows_no_step() -> None:
    assert OwnClock().advance(NOW).step == 0.0
