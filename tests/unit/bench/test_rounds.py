from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.rounds import Ratio, Spread, compare, divide, percentile, plan_turns, summarize

names = st.lists(st.text("abc", min_size=1), min_size=1, max_size=6, unique=True)
positive = st.floats(0.001, 1e6)


@given(names, st.integers(1, 8), st.integers())
def test_every_engine_has_one_turn_in_every_round(
    engines: list[str], rounds: int, seed: int
) -> None:
    turns = plan_turns(engines, rounds, seed)

    assert len(turns) == rounds
    assert all(sorted(order) == sorted(engines) for order in turns)
    assert turns == plan_turns(engines, rounds, seed)


def test_the_order_of_turns_changes_from_round_to_round() -> None:
    turns = plan_turns(list("abcdef"), 10, 1)

    assert len({tuple(order) for order in turns}) > 5


def test_twice_the_rate_and_half_the_latency_are_twice_as_good() -> None:
    assert divide("requests_per_second", 200.0, 100.0) == 2.0
    assert divide("p99_latency", 5.0, 10.0) == 2.0
    assert divide("one_query_time", 5.0, 10.0) == 2.0
    assert divide("passages_head_memory", 5.0, 10.0) == 2.0


@given(st.sampled_from(["requests_per_second", "p50_latency"]), positive, positive)
def test_a_ratio_turned_round_is_its_inverse(metric: str, one: float, other: float) -> None:
    ours, theirs = divide(metric, one, other), divide(metric, other, one)

    assert ours is not None
    assert theirs is not None
    assert ours * theirs == pytest.approx(1.0)


@pytest.mark.parametrize("figure", [0.0, -1.0, math.nan, math.inf])
def test_a_figure_that_is_no_measurement_makes_no_ratio(figure: float) -> None:
    assert divide("requests_per_second", figure, 1.0) is None
    assert divide("p50_latency", 1.0, figure) is None


def test_a_ratio_is_the_median_of_quotients_within_rounds_not_of_medians() -> None:
    rounds = [
        {"ours": {"rate": 10.0}, "theirs": {"rate": 5.0}},
        {"ours": {"rate": 100.0}, "theirs": {"rate": 100.0}},
        {"ours": {"rate": 30.0}, "theirs": {"rate": 10.0}},
    ]

    assert compare("ours", rounds) == [Ratio("theirs", "rate", 2.0, 1.0, 3.0)]


def test_an_engine_that_failed_in_a_round_is_compared_in_the_others() -> None:
    rounds = [{"ours": {"rate": 4.0}, "theirs": {"rate": 2.0}}, {"ours": {"rate": 9.0}}]

    assert compare("ours", rounds) == [Ratio("theirs", "rate", 2.0, 2.0, 2.0)]


def test_figures_that_only_one_has_are_not_compared() -> None:
    rounds = [{"ours": {"rate": 4.0, "share": 1.0}, "theirs": {"rate": 2.0, "heat": 1.0}}]

    assert [ratio.metric for ratio in compare("ours", rounds)] == ["rate"]


def test_a_summary_has_each_engines_median_and_range() -> None:
    rounds = [{"ours": {"rate": rate}} for rate in (3.0, 1.0, 8.0)]

    assert summarize(rounds) == {"ours": {"rate": Spread(3.0, 1.0, 8.0)}}


@given(st.lists(positive, min_size=1), st.floats(0.01, 1.0))
def test_a_percentile_is_a_value_that_enough_values_do_not_exceed(
    values: list[float], share: float
) -> None:
    found = percentile(values, share)

    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9


def test_the_percentile_of_nothing_is_no_number() -> None:
    assert math.isnan(percentile([], 0.5))
