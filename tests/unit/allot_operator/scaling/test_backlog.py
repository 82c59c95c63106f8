from __future__ import annotations

from dataclasses import replace

import pytest

from allot_operator.scaling.backlog import (
    Starts,
    count_for_backlog,
    count_for_held,
    measure_excess,
    measure_waiting,
    plan_drain,
    project_excess,
)
from allot_operator.scaling.capacity import Capacity
from allot_operator.scaling.observation import Held, Observation
from tests.unit.allot_operator.scaling.cases import NOTHING, a_pod_at_work

CAPACITY = Capacity(pass_tokens=350.0, usual=1000.0, best=1000.0, worst=1000.0)


def serving(waiting: int, *, number: int = 2, starting: int = 0, held: int = 0) -> Observation:
    work = replace(NOTHING, tokens_waiting=waiting)
    pods = tuple(a_pod_at_work(f"p{index}", work) for index in range(number))
    return Observation(number, pods, starting, held=Held(held))


def test_what_gateways_hold_waits_too() -> None:
    assert measure_waiting(serving(300, held=10), 30.0) == 900


def test_two_passes_of_each_pod_are_usual() -> None:
    assert measure_excess(serving(700), CAPACITY, 30.0) == 0
    assert measure_excess(serving(1000), CAPACITY, 30.0) == 600


@pytest.mark.parametrize(
    ("rate", "starting", "age", "left"),
    [
        (1000.0, 0, 10.0, 0.0),  # 9,000 and 10 s of 1,000 too many: done before a pod serves
        (3000.0, 0, 10.0, 19_000.0),  # grows by 1,000 a second for 10 s
        (3000.0, 2, 0.0, 19_000.0),  # those on their way are as far as a new one
        (3000.0, 2, 8.0, 3_000.0),  # grows for 2 s to 11,000, and falls by 1,000 for 8 s
        (3000.0, 4, 8.0, 0.0),
    ],
)
def test_what_is_left_when_a_new_pod_serves(
    rate: float, starting: int, age: float, left: float
) -> None:
    observation = serving(0, starting=starting)

    assert project_excess(9000.0, observation, CAPACITY, rate, Starts(10.0, age)) == left


def test_a_part_of_an_allocation_is_left_to_the_headroom() -> None:
    steady, bulk = (plan_drain(10.0, is_bursty=is_bursty) for is_bursty in (False, True))

    assert count_for_backlog(6_000.0, 1000.0, 1000.0, steady) == 1
    assert count_for_backlog(8_000.0, 1000.0, 1000.0, steady) == 2
    assert count_for_backlog(8_000.0, 1000.0, 1000.0, bulk) == 1
    assert count_for_backlog(10_000.0, 1000.0, 1000.0, bulk) == 2


def test_what_is_held_at_zero_needs_at_least_one() -> None:
    assert count_for_held(100.0, CAPACITY, drain_seconds=10.0) == 1
    assert count_for_held(25_000.0, CAPACITY, drain_seconds=10.0) == 3
