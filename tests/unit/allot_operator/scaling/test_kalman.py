from __future__ import annotations

import pytest

from allot_operator.scaling.kalman import Estimate, update_estimate


def update(before: Estimate | None, measured: float, *, is_told: bool = False) -> Estimate:
    return update_estimate(before, measured, 1.0, detects=True, is_told=is_told)


def test_the_first_measurement_is_believed() -> None:
    assert update(None, 7.0) == Estimate(7.0, 1.0, has_changed=True)


def test_settles_to_a_tenth_of_each_measurement() -> None:
    estimate = Estimate(10.0, 1.0, has_changed=False)
    for _ in range(200):
        estimate = update(estimate, 10.0)

    # K = (P + R/100) / (P + R/100 + R) and P = K R give K = 0.0951.
    assert update(estimate, 11.0).value == pytest.approx(10.0951, abs=1e-4)


def test_ten_standard_deviations_are_a_change_for_two_measurements() -> None:
    settled = Estimate(10.0, 0.1, has_changed=False)

    within, beyond = update(settled, 20.4), update(settled, 20.5)
    second = update(beyond, 30.0)

    assert (within.has_changed, beyond.has_changed) == (False, True)
    assert within.value < 12
    assert beyond.value > 20
    assert (second.has_changed, second.value > 29) == (False, True)


def test_after_a_change_little_is_believed_more_than_nothing() -> None:
    """The drift after a change is the square of what is measured, and so none for none."""
    changed = Estimate(121.5, 12.15)

    nothing, little = (
        update_estimate(changed, rate, 12.15, detects=True, is_told=False) for rate in (0.0, 0.6)
    )

    assert nothing.value == pytest.approx(60.75)
    assert little.value < nothing.value


def test_a_change_that_is_told_is_believed() -> None:
    settled = Estimate(10.0, 0.1, has_changed=False)

    assert update(settled, 12.0, is_told=True).value > 11.9


def test_without_any_variance_nothing_is_learnt() -> None:
    certain = Estimate(0.0, 0.0, has_changed=False)

    still = update_estimate(certain, 0.0, 0.0, detects=False, is_told=False)

    assert (still.value, still.variance) == (0.0, 0.0)
