"""Kubernetes' rule by hand-worked examples."""

from __future__ import annotations

import pytest

from bench.scaling.engine import Simulation
from bench.scaling.policies.hpa import (
    ConcurrencyHpa,
    CpuHpa,
    Stabilizer,
    recommend_by_pods,
    recommend_by_total,
)
from tests.unit.bench.scaling.builders import a_load, a_setup


@pytest.mark.parametrize(
    ("current", "ratios", "unready", "wanted"),
    [
        # 1.25 and 1.0 of the target: 1.125 x 2 = 2.25.
        (2, [1.25, 1.0], 0, 3),
        # Within a tenth.
        (2, [1.1, 1.05], 0, 2),
        # 0.5 x 4.
        (4, [0.5] * 4, 0, 2),
        # 1.25 by two, but a third does nothing yet: 2.5 / 3 = 0.83 is another direction.
        (3, [1.25, 1.25], 1, 3),
        # 2 x 1.6 over 3 pods: 1.07, within a tenth.
        (3, [1.6, 1.6], 1, 3),
        # 2 x 1.8 over 3 pods: 1.2 x 3 = 3.6.
        (3, [1.8, 1.8], 1, 4),
        # Downwards pods that are not ready are left out.
        (3, [0.5, 0.5], 1, 1),
        (3, [], 3, 3),
    ],
)
def test_by_a_metric_of_each_pod(
    current: int, ratios: list[float], unready: int, wanted: int
) -> None:
    assert recommend_by_pods(current, ratios, unready) == wanted


@pytest.mark.parametrize(
    ("current", "total", "wanted"), [(2, 9.0, 3), (2, 8.7, 2), (2, 3.9, 1), (3, 12.0, 3)]
)
def test_by_a_total(current: int, total: float, wanted: int) -> None:
    assert recommend_by_total(current, total, 4.0) == wanted


def test_up_by_four_or_a_doubling_and_down_to_the_most_of_five_minutes() -> None:
    stabilizer = Stabilizer()

    assert stabilizer.settle(0.0, 1, 30) == 5
    assert stabilizer.settle(15.0, 5, 30) == 10
    assert stabilizer.settle(30.0, 10, 6) == 10
    assert stabilizer.settle(315.0, 10, 4) == 6
    assert stabilizer.settle(330.0, 6, 4) == 4


def test_cpu_is_busy_seconds_of_the_last_period() -> None:
    # Every 2 s a pass of 1.6 s: 80 % of the pod, 1.0 of the target. Then all the time.
    arrivals = [(2.0 * number, 150) for number in range(30)]
    arrivals += [(60.0 + 1.6 * number, 150) for number in range(25)]
    simulation = Simulation(a_setup(), a_load(arrivals), 1)

    simulation.run(CpuHpa())

    # 1.25 of the target x 1 pod, first seen over a whole period at 75 s.
    assert simulation.targets[:2] == [(0.0, 1), (75.0, 2)]


def test_concurrency_is_the_mean_of_the_last_period() -> None:
    # Six inputs at once take one pass of 3.1 s, every 5 s: 3.72 in flight in the mean.
    arrivals = [(5.0 * number, 50) for number in range(20) for _ in range(6)]
    simulation = Simulation(a_setup(), a_load(arrivals), 1)

    simulation.run(ConcurrencyHpa(target=2.0))

    assert simulation.targets[1] == (15.0, 2)
