from __future__ import annotations

import numpy as np
import pytest

from allot_runtime.batching import Budget
from bench.scaling.engine import Setup, Simulation
from bench.scaling.outcome import conclude
from bench.scaling.policies.lines import PresentOracle
from bench.scaling.service import Service, serve_like_elasticsearch
from bench.scaling.traces import SHAPES, draw
from tests.unit.bench.scaling.builders import EVEN_COST, a_load, a_setup, run_script


def test_a_pass_takes_what_waits_when_the_last_one_ends() -> None:
    # 0.0: alone, 0.1 + 10 x 0.01 s. 0.2: both others, which came at 0.05 and 0.1.
    simulation = run_script(a_setup(), a_load([(0.0, 10), (0.05, 20), (0.1, 30)]))

    assert list(simulation.waits) == pytest.approx([0.0, 0.15, 0.1])
    pod = simulation.fleet.pods[0]
    assert (pod.passes, pod.inputs_done, pod.tokens_done) == (2, 3, 60)
    assert pod.busy_seconds == pytest.approx(0.2 + 0.6)


def test_inputs_go_to_the_pod_with_the_fewest_tokens_outstanding() -> None:
    arrivals = [(0.0, 300), (0.01, 10), (0.02, 10), (0.03, 400)]

    simulation = run_script(a_setup(), a_load(arrivals), initial=2)

    first, second = simulation.fleet.pods
    assert (first.tokens_done, second.tokens_done) == (300, 420)


def test_a_full_line_refuses_and_whoever_waits_too_long_is_late() -> None:
    service = Service(cost=EVEN_COST, queue_capacity=2, deadline_seconds=3.0)
    # The first pass takes 3.94 s: of those that wait, none is left when it ends.
    arrivals = [(0.0, 384), (0.1, 10), (0.2, 10), (0.3, 10)]

    simulation = run_script(a_setup(service), a_load(arrivals))

    assert (simulation.done, simulation.late, simulation.refused) == (0, 3, 1)
    assert conclude(simulation).p99_wait_s == 3.0


def test_a_full_line_makes_room_of_those_past_their_deadline() -> None:
    service = Service(cost=EVEN_COST, queue_capacity=1, deadline_seconds=2.0)
    arrivals = [(0.0, 384), (0.1, 10), (3.0, 10)]

    simulation = run_script(a_setup(service), a_load(arrivals))

    assert (simulation.done, simulation.late, simulation.refused) == (1, 2, 0)


def test_a_pod_serves_after_its_start_and_counts_from_when_it_was_asked_for() -> None:
    load = a_load([(15.0, 384), (15.1, 384)])

    simulation = run_script(a_setup(start_seconds=20.0), load, {10.0: 2})

    # It serves from 30 s on: the second input has waited in the only line by then.
    assert list(simulation.waits) == pytest.approx([0.0, 3.84])
    assert simulation.fleet.count_seconds(100.0) == 100.0 + 90.0
    assert (simulation.starts, simulation.actions) == (1, 1)


def test_a_pod_that_leaves_does_what_it_has_and_gets_nothing_more() -> None:
    arrivals = [(9.5, 384), (9.6, 384), (9.7, 384), (9.8, 384), (10.5, 10)]

    simulation = run_script(a_setup(), a_load(arrivals), {10.0: 1}, initial=2)

    (gone,) = simulation.fleet.left
    assert gone.inputs_done == 2
    assert gone.ended == pytest.approx(9.6 + 2 * 3.94)
    assert simulation.done == 5


def test_a_pod_that_is_not_there_yet_is_the_first_to_go() -> None:
    simulation = run_script(a_setup(start_seconds=50.0), a_load([]), {10.0: 3, 20.0: 2, 30.0: 1})

    assert [pod.number for pod in simulation.fleet.left] == [2, 1]
    assert [pod.ended for pod in simulation.fleet.left] == [20.0, 30.0]
    assert [pod.number for pod in simulation.fleet.serving] == [0]


def test_gateways_start_the_first_pod_and_hold_what_comes_until_it_serves() -> None:
    simulation = run_script(a_setup(), a_load([(5.0, 10), (6.0, 10)]), initial=0)

    assert simulation.targets == [(0.0, 0), (5.0, 1)]
    assert list(simulation.waits) == pytest.approx([10.0, 9.0])


def test_nothing_is_lost_where_nothing_ever_serves() -> None:
    load = a_load([(5.0, 10), (6.0, 10)])

    simulation = run_script(a_setup(start_seconds=1000.0), load, initial=0)

    # The pod comes when everyone has gone.
    assert (simulation.done, simulation.late, simulation.in_flight) == (0, 2, 0)


def test_all_share_one_line_like_elasticsearch_and_a_pass_has_one_input() -> None:
    service = serve_like_elasticsearch(Service(cost=EVEN_COST))
    arrivals = [(0.0, 100), (0.0, 100), (0.1, 100), (0.2, 100)]

    simulation = run_script(a_setup(service), a_load(arrivals), initial=2)

    assert list(simulation.waits) == pytest.approx([0.0, 0.0, 1.0, 0.9])
    assert all(pod.passes == 2 for pod in simulation.fleet.pods)


def test_the_integral_of_what_is_in_flight_is_the_sum_of_all_stays() -> None:
    arrivals = [(0.0, 10), (0.05, 20), (0.1, 30)]

    simulation = run_script(a_setup(), a_load(arrivals))

    assert simulation.in_flight == 0
    assert simulation.in_flight_seconds == pytest.approx(0.2 + 0.75 + 0.7)


def test_a_target_stays_below_the_maximum() -> None:
    simulation = run_script(a_setup(), a_load([]), {1.0: 1000})

    assert simulation.target == a_setup().maximum


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("name", ["step", "spike-from-zero", "heavy-tails"])
def test_every_input_is_done_or_late_or_refused_and_seeds_repeat(name: str, shared: bool) -> None:
    service = Service(budget=Budget(tokens=384), queue_capacity=200, deadline_seconds=5.0)
    setup = Setup(serve_like_elasticsearch(service) if shared else service)
    whole = draw(SHAPES[name](), 1)
    some = len(whole.times) // 10
    load = a_load([], whole.seconds, rate=3000.0, minimum=whole.minimum)
    arrivals = list(zip(whole.times.tolist(), whole.tokens.tolist(), strict=True))
    load = a_load(arrivals[:: max(1, len(arrivals) // some)], whole.seconds, rate=1500.0)

    outcomes = []
    for _ in range(2):
        simulation = Simulation(setup, load, 1)
        simulation.run(PresentOracle())
        outcomes.append(conclude(simulation))

    one, other = outcomes
    assert one == other
    assert one.arrived == len(load.times) == one.done + one.late + one.refused + one.waiting
    assert one.waiting == 0
    assert np.all(np.frombuffer(simulation.waits) >= 0)
