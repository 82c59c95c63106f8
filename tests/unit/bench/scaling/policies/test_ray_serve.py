"""Ray Serve's rule by hand-worked examples."""

from __future__ import annotations

from bench.scaling.engine import Simulation
from bench.scaling.policies.ray_serve import RayRule, RayServe
from tests.unit.bench.scaling.builders import a_load, a_setup


def test_up_after_thirty_seconds_that_agree() -> None:
    rule = RayRule()

    # 5 ongoing, 2 for each: 3.
    numbers = [rule.decide(1, 5.0) for _ in range(31)]

    assert numbers == [1] * 30 + [3]


def test_one_loop_that_does_not_agree_begins_anew() -> None:
    rule = RayRule()
    for _ in range(29):
        rule.decide(1, 5.0)

    assert rule.decide(1, 2.0) == 1
    assert [rule.decide(1, 5.0) for _ in range(31)] == [1] * 30 + [3]


def test_down_after_ten_minutes_that_agree() -> None:
    rule = RayRule()

    numbers = [rule.decide(4, 1.0) for _ in range(601)]

    assert numbers == [4] * 600 + [1]


def test_ongoing_is_the_mean_of_the_last_reports() -> None:
    # Six inputs at once, every 5 s, in one pass of 3.1 s: 3.72 ongoing, so 2 replicas.
    arrivals = [(5.0 * number, 50) for number in range(20) for _ in range(6)]
    simulation = Simulation(a_setup(), a_load(arrivals), 1)

    simulation.run(RayServe(RayRule()))

    # The first report is at 10 s, and thirty-one loops agree from then on.
    assert simulation.targets[1] == (40.0, 2)
