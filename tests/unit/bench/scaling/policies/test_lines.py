from __future__ import annotations

from bench.scaling.engine import Simulation
from bench.scaling.policies.lines import Constant, PresentOracle, build_foresight
from tests.unit.bench.scaling.builders import EVEN_COST, a_load, a_setup

CAPACITY = 384 / EVEN_COST.seconds(384)


def test_a_constant_is_constant() -> None:
    simulation = Simulation(a_setup(), a_load([], rate=1000.0), 3)

    simulation.run(Constant(3))

    assert simulation.targets == [(0.0, 3)]


def test_the_oracle_plans_for_the_rate_at_four_fifths() -> None:
    simulation = Simulation(a_setup(), a_load([], rate=2.0 * CAPACITY), 1)

    simulation.run(PresentOracle())

    # 2 / 0.8 = 2.5.
    assert simulation.targets == [(0.0, 1), (0.0, 3)]


def test_the_oracle_works_a_backlog_off_within_ten_seconds() -> None:
    simulation = Simulation(a_setup(), a_load([(4.9, 384)] * 12), 1)

    simulation.run(PresentOracle())

    # At 5 s eleven passes of 3.94 s wait: 4.3 pods for ten seconds.
    assert simulation.targets[1] == (5.0, 5)


def test_foresight_is_ready_when_the_load_comes() -> None:
    load = a_load([], minimum=0)
    load.intensity[60:] = CAPACITY
    simulation = Simulation(a_setup(), load, 0)

    simulation.run(build_foresight(10.0, 0))

    # 2 x 10 + 5 s ahead of 60 s.
    assert simulation.targets == [(0.0, 0), (35.0, 2)]
