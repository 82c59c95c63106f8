from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allot_operator.facts.reports import Work
from allot_operator.scaling.cost_model import Cost, CostModel
from allot_operator.scaling.intervals import Interval

A, B = 0.004, 0.0003


def an_interval(tokens_in_pass: float, passes: int = 20, factor: float = 1.0) -> Interval:
    tokens = round(passes * tokens_in_pass)
    seconds = factor * (A * passes + B * tokens)
    return Interval(
        5.0, passes=passes, inputs_done=passes, tokens_done=tokens, busy_seconds=seconds
    )


def learn(*intervals: Interval) -> CostModel:
    model = CostModel()
    for interval in intervals:
        model = model.learn(interval)
    return model


def fit(model: CostModel) -> Cost:
    cost = model.fit()
    assert cost is not None
    return cost


def test_finds_both_costs_where_passes_differ() -> None:
    cost = fit(learn(*[an_interval(tokens) for tokens in (10, 50, 200, 380) for _ in range(10)]))

    assert cost.seconds_per_pass == pytest.approx(A, rel=0.02)
    assert cost.seconds_per_token == pytest.approx(B, rel=0.02)
    assert cost.estimate_error(380) < 0.02 * cost.estimate_seconds(380)


def test_alike_passes_are_foretold_although_their_parts_are_not_known() -> None:
    cost = fit(learn(*[an_interval(30)] * 50))

    assert cost.estimate_seconds(30) == pytest.approx(A + 30 * B, rel=0.01)
    known, guessed = (cost.estimate_error(n) / cost.estimate_seconds(n) for n in (30, 380))
    assert guessed > 10 * known


def test_finds_them_through_noise() -> None:
    random = Random(1)
    intervals = [
        an_interval(random.uniform(20, 380), factor=math.exp(random.gauss(0, 0.05)))
        for _ in range(300)
    ]

    assert fit(learn(*intervals)).estimate_seconds(380) == pytest.approx(A + 380 * B, rel=0.03)


def test_a_surprise_is_believed_within_two_intervals() -> None:
    model = learn(*[an_interval(tokens) for tokens in (100, 380) for _ in range(50)])

    twice = model.learn(an_interval(380, factor=2)).learn(an_interval(380, factor=2))

    assert fit(twice).estimate_seconds(380) == pytest.approx(2 * (A + 380 * B), rel=0.1)


def test_a_drift_is_followed_without_a_surprise() -> None:
    model = learn(*[an_interval(380)] * 50)

    model = model.learn(an_interval(380, factor=1.1))

    assert A + 380 * B < fit(model).estimate_seconds(380) < 1.1 * (A + 380 * B)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 500), st.integers(1, 10**6), st.floats(min_value=1e-6, max_value=1e3)
        ),
        min_size=1,
        max_size=12,
    )
)
def test_no_cost_is_ever_negative(told: list[tuple[int, int, float]]) -> None:
    model = learn(
        *[
            Interval(5.0, passes=passes, inputs_done=1, tokens_done=tokens, busy_seconds=seconds)
            for passes, tokens, seconds in told
        ]
    )

    cost = fit(model)

    assert cost.seconds_per_pass >= 0
    assert cost.seconds_per_token >= 0
    assert cost.estimate_seconds(384) > 0
    assert math.isfinite(cost.estimate_error(384))


def test_no_pass_teaches_nothing() -> None:
    assert CostModel().learn(Interval(5.0)) == CostModel()
    assert CostModel().fit() is None
    assert CostModel().input_tokens is None


def test_what_pods_did_since_their_start_is_a_guess_that_yields() -> None:
    work = Work(1000, 0, 1000, 0, 380_000, 0, 3 * 1000 * (A + 380 * B))

    guessed = CostModel().guess([work])
    learnt = guessed.learn(an_interval(380)).learn(an_interval(380))

    assert fit(guessed).estimate_seconds(380) == pytest.approx(3 * (A + 380 * B), rel=0.02)
    assert fit(learnt).estimate_seconds(380) == pytest.approx(A + 380 * B, rel=0.1)
    assert CostModel().guess([Work(2, 0, 2, 0, 20, 0, 1.0)]) == CostModel()
