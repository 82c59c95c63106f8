"""Elasticsearch's algorithm against vectors that were worked out by hand (docs/scaling.md)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_operator.facts.reports import Work
from allot_operator.scaling.decision import Decision, Memory, decide
from allot_operator.scaling.elasticsearch_policy import choose_number
from allot_operator.scaling.kalman import Estimate
from allot_operator.scaling.observation import Observation
from allot_operator.scaling.policy import Bound, Policy
from tests.unit.allot_operator.builders import NOW
from tests.unit.allot_operator.scaling.cases import NOTHING, a_pod_at_work, as_elasticsearch

ROUND = timedelta(seconds=10)
POLICY = as_elasticsearch(Policy(Bound.ADAPTIVE, 1, 32))


def counters(done: int, busy_seconds: float, pending: int = 0, failed: int = 0) -> Work:
    return replace(
        NOTHING,
        inputs_done=done,
        busy_seconds=busy_seconds,
        inputs_pending=pending,
        inputs_failed=failed,
    )


class Rounds:
    """Decisions ten seconds apart, each with pods' counters."""

    def __init__(self, policy: Policy = POLICY, target: int = 1) -> None:
        self.policy, self.target = policy, target
        self.memory, self.now = Memory(), NOW

    def decide(
        self, *works: Work, starting: int = 0, after: timedelta = ROUND, follow: bool = True
    ) -> Decision:
        pods = tuple(a_pod_at_work(f"p{index}", work) for index, work in enumerate(works))
        observation = Observation(self.target, pods, starting)
        decision = decide(self.policy, self.memory, observation, self.now)
        self.memory, self.now = decision.memory, self.now + after
        if follow:
            self.target = decision.target
        return decision

    @property
    def rate(self) -> Estimate:
        rate = self.memory.elasticsearch.rate
        assert rate is not None
        return rate

    @property
    def time(self) -> Estimate:
        time = self.memory.elasticsearch.time
        assert time is not None
        return time


def test_the_worked_rounds() -> None:
    rounds = Rounds()

    first = rounds.decide(counters(0, 0.0))
    second = rounds.decide(counters(80, 8.0))
    assert (rounds.rate.value, rounds.rate.variance) == pytest.approx((8.0, 0.8))
    assert (rounds.time.value, rounds.time.variance) == pytest.approx((0.1, 1.25e-4))
    third = rounds.decide(counters(180, 18.0, pending=60))
    assert (rounds.rate.value, rounds.rate.variance) == pytest.approx((15.975155, 0.797516))
    assert (rounds.time.value, rounds.time.variance) == pytest.approx((0.1, 6.211656e-5))
    fourth = rounds.decide(counters(280, 28.0, pending=40), counters(0, 0.0))
    assert (rounds.rate.value, rounds.rate.variance) == pytest.approx((13.959095, 0.539013))
    assert (rounds.time.value, rounds.time.variance) == pytest.approx((0.1, 9.901601e-5))

    assert [one.target for one in (first, second, third, fourth)] == [1, 1, 2, 2]


@pytest.mark.parametrize(
    ("live", "rate", "time", "number"),
    [
        # The load is at least 0.9 x 2.0 = 1.8 and at most 1.1 x 2.0 = 2.2.
        (1, (1.0, 0.1), 2.0, 2),  # 1.8/1 > 0.9, and 1.8/2 is not; 2.2/1 is not < 0.85
        (4, (1.0, 0.1), 2.0, 3),  # 1.8/4 is not > 0.9; 2.2/3 < 0.85, and 2.2/2 is not
        (1, (0.0, 0.0), 2.0, 1),
        (6, (0.0, 0.0), 2.0, 1),
    ],
)
def test_the_thresholds(live: int, rate: tuple[float, float], time: float, number: int) -> None:
    value, deviation = rate

    assert choose_number(live, Estimate(value, deviation**2), Estimate(time, 0.0)) == number


@given(
    st.integers(min_value=1, max_value=32),
    st.floats(min_value=0.0, max_value=1_000.0),
    st.floats(min_value=0.0, max_value=1_000.0),
    st.floats(min_value=0.0, max_value=100.0),
)
def test_a_higher_rate_never_needs_fewer(
    live: int, rate: float, more: float, variance: float
) -> None:
    time = Estimate(0.02, 0.0)

    low, high = Estimate(rate, variance), Estimate(rate + more, variance)

    assert choose_number(live, low, time) <= choose_number(live, high, time)


def test_an_unknown_time_counts_as_a_second() -> None:
    assert choose_number(1, Estimate(3.0, 0.0), None) == 4


def test_between_rounds_the_target_is_kept() -> None:
    rounds = Rounds()
    rounds.decide(counters(0, 0.0))

    early = rounds.decide(counters(0, 0.0, pending=5000), after=timedelta(seconds=5))

    assert early.target > 1
    rounds.target = 1
    assert rounds.decide(counters(0, 0.0, pending=99_999)).target == 1


def test_never_more_than_32_where_no_maximum_was_given() -> None:
    rounds = Rounds()
    rounds.decide(counters(0, 0.0))

    decision = rounds.decide(counters(0, 0.0, pending=100_000))

    assert decision.target == 32
    assert dict(decision.inputs)["wanted_allocations"] > 32


def test_a_fall_waits_for_the_cooldown_and_for_pods_on_their_way() -> None:
    rounds = Rounds(target=3)
    targets = [
        rounds.decide(counters(10 * n, 0.1 * n), starting=int(n == 31)).target for n in range(34)
    ]

    # Since its first answer a pod serves for 300 s at the round with number 30.
    assert targets[:30] == [3] * 30
    assert targets[30] == 1


def test_a_pod_on_its_way_vetoes_a_fall() -> None:
    rounds = Rounds(replace(POLICY, tuning=replace(POLICY.tuning, scale_up_cooldown=0 * ROUND)), 3)
    rounds.decide(counters(0, 0.0))

    waited = rounds.decide(counters(10, 0.1), starting=1)
    fallen = rounds.decide(counters(20, 0.2))

    assert (waited.target, fallen.target) == (3, 1)


def test_failed_inputs_came_too() -> None:
    rounds = Rounds()
    rounds.decide(counters(0, 0.0))
    rounds.decide(counters(50, 5.0, failed=30))

    assert rounds.rate.value == pytest.approx(8.0)
