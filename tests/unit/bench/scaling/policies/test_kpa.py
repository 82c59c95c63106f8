"""Knative's rule by hand-worked examples."""

from __future__ import annotations

from bench.scaling.engine import Simulation
from bench.scaling.policies.kpa import Knative, KnativeRule
from tests.unit.bench.scaling.builders import a_load, a_setup


def test_stable_is_the_mean_by_the_target() -> None:
    # 150 in flight, 70 for each pod: 2.14.
    assert KnativeRule(70.0).decide(0.0, 3, 150.0, 150.0) == 3


def test_down_by_half_at_most() -> None:
    assert KnativeRule(70.0).decide(0.0, 8, 70.0, 70.0) == 4


def test_panic_from_twice_what_is_ready_and_never_down_for_a_minute() -> None:
    rule = KnativeRule(70.0)

    # 280 / 70 = 4 of 2 ready: panic.
    assert rule.decide(10.0, 2, 100.0, 280.0) == 4
    assert rule.decide(12.0, 4, 100.0, 70.0) == 4
    assert rule.decide(70.0, 4, 140.0, 140.0) == 4
    # The minute is over.
    assert rule.decide(72.0, 4, 140.0, 140.0) == 2


def test_goes_to_zero_after_the_window_and_the_grace() -> None:
    simulation = Simulation(a_setup(), a_load([(1.0, 10)], 200.0, minimum=0), 1)

    simulation.run(Knative(KnativeRule(70.0), minimum=0))

    # 0.2 s in flight at 1 s: out of the minute's window from 62 s on, then 30 s of grace.
    assert simulation.targets == [(0.0, 1), (92.0, 0)]


def test_keeps_its_minimum() -> None:
    simulation = Simulation(a_setup(), a_load([(1.0, 10)], 200.0), 1)

    simulation.run(Knative(KnativeRule(70.0), minimum=1))

    assert simulation.targets == [(0.0, 1)]
