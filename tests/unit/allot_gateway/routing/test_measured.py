"""What routing learns: tokens of characters, retries that are left, how long a start takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_gateway.routing.bounds import Bounds
from allot_gateway.routing.cold_starts import BUCKETS, UNSEEN_SECONDS, ColdStarts
from allot_gateway.routing.retry_budget import RetryBudget
from allot_gateway.routing.sliding import SlidingSum
from allot_gateway.routing.token_guess import TokenGuess


def test_tokens_per_character_are_learnt() -> None:
    guess = TokenGuess()
    for _ in range(200):
        guess.learn(1000, 1, 502)

    assert guess.guess(2000, 2) == pytest.approx(1004, rel=0.01)


def test_one_odd_answer_changes_little() -> None:
    guess = TokenGuess()
    guess.learn(40, 1, 42)

    assert guess.guess(1000, 1) == pytest.approx(252, rel=0.02)


@given(st.integers(0, 10**7), st.integers(0, 10_000), st.integers(0, 10**6))
def test_a_guess_is_at_least_a_token(characters: int, inputs: int, tokens: int) -> None:
    guess = TokenGuess()
    guess.learn(characters, inputs, tokens)

    assert guess.guess(characters, inputs) >= 1


@given(st.lists(st.tuples(st.floats(0, 3), st.integers(0, 5)), max_size=60))
def test_a_sliding_sum_is_that_of_the_last_seconds(steps: list[tuple[float, int]]) -> None:
    total, now = SlidingSum(10.0), 0.0
    added: list[tuple[float, int]] = []
    for pause, amount in steps:
        now += pause
        total.add(amount, now)
        added.append((now, amount))
        read = total.read(now)
        # To a step of a second.
        assert sum(one for at, one in added if at > now - 9) <= read
        assert read <= sum(one for at, one in added if at > now - 10.001)


def test_a_budget_is_a_share_and_a_floor() -> None:
    budget = RetryBudget(Bounds(retry_share=0.2, retry_floor=10))
    for _ in range(100):
        budget.count_request(1.0)
    allowed = 0
    while budget.allows(1.0):
        budget.count_retry(1.0)
        allowed += 1

    assert allowed == 30
    assert budget.allows(30.0)


def test_an_estimate_is_the_median_of_what_was_seen() -> None:
    starts = ColdStarts()
    for seconds in (8.0, 12.0, 50.0):
        starts.begin(100.0)
        assert starts.end(100.0 + seconds) == seconds

    starts.begin(200.0)

    assert starts.estimate_left(200.0) == 12
    assert starts.estimate_left(205.0) == 7
    # Later than usual: half as long again as it took so far.
    assert starts.estimate_left(220.0) == 10
    assert starts.count == 3
    assert sum(starts.counts) == 3
    assert starts.counts[BUCKETS.index(10.0)] == 1


def test_where_no_start_was_seen_the_estimate_says_what_is_usual() -> None:
    assert ColdStarts().estimate_left(0.0) == UNSEEN_SECONDS


def test_who_comes_later_does_not_begin_a_start_anew() -> None:
    starts = ColdStarts()
    starts.begin(0.0)
    starts.begin(5.0)

    assert starts.end(10.0) == 10.0
    assert starts.end(11.0) is None
