from __future__ import annotations

from allot_operator.scaling.pressure import Pressure, follow_pressure


def follow(pressure: Pressure, *overs: bool) -> Pressure:
    for is_over in overs:
        pressure = follow_pressure(pressure, is_over=is_over, step=5.0, patience=15.0)
    return pressure


def test_is_there_at_once_and_gone_after_patience() -> None:
    assert not follow(Pressure(), False).is_high
    assert follow(Pressure(), True).is_high
    assert follow(Pressure(), True, False, False).is_high
    assert not follow(Pressure(), True, False, False, False).is_high
    assert follow(Pressure(), True, False, False, True, False, False).is_high
