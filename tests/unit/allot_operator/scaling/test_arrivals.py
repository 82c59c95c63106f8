from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from allot_operator.scaling.arrivals import Arrivals, Span, Window

LENGTH = 30.0


def arrive(*tokens: float, seconds: float = 5.0) -> Arrivals:
    arrivals = Arrivals()
    for each in tokens:
        arrivals = arrivals.add(Span(seconds, each, is_complete=True), LENGTH)
    return arrivals


@given(
    st.floats(min_value=0, max_value=1e7),
    st.floats(min_value=0, max_value=1e7),
    st.floats(min_value=-5, max_value=5),
)
def test_bounds_grow_with_what_arrived(one: float, other: float, errors: float) -> None:
    few, many = sorted([one, other])

    assert Window(5.0, few, 60.0).bound(errors) <= Window(5.0, many, 60.0).bound(errors)


def test_bounds_lie_on_both_sides_and_close_in_with_time() -> None:
    short, long = Window(5.0, 3000.0, LENGTH), Window(60.0, 36_000.0, LENGTH)

    assert short.bound(-3) < long.bound(-3) < 600 < long.bound(3) < short.bound(3)


def test_the_dispersion_of_single_inputs_and_of_bulk_requests_is_told_apart() -> None:
    random = Random(1)

    def count(bulk: int) -> float:
        requests = sum(random.random() < 0.01 for _ in range(10_000 // bulk))
        return LENGTH * bulk * requests

    single = arrive(*[count(1) for _ in range(200)])
    bulk = arrive(*[count(50) for _ in range(200)])

    assert 1.0 <= single.dispersion < 1.5
    assert 25 < bulk.dispersion < 100


def test_one_large_request_among_bulk_ones_is_no_rise() -> None:
    bulk = Arrivals(dispersion=20.0)
    for tokens in (3000.0, 2500.0, 90_000.0):
        bulk = bulk.add(Span(5.0, tokens, is_complete=True), LENGTH)

    assert next(bulk.windows_of_rise(LENGTH)).tokens == 0
    assert [window.tokens for window in bulk.windows_of_rise(LENGTH)][1:] == [5000.0, 8500.0]


def test_short_spans_are_joined_and_old_ones_dropped() -> None:
    often = arrive(*[10.0] * 20, seconds=1.0)
    long = arrive(*[10.0] * 200)

    assert all(span.seconds == 3.0 for span in often.spans[1:])
    assert sum(span.tokens for span in often.spans) == 200
    assert sum(span.seconds for span in long.spans) == 300


def test_a_fall_rests_on_complete_spans_alone() -> None:
    arrivals = arrive(*[100.0] * 6)

    gap = arrivals.add(Span(5.0, 0.0, is_complete=False), LENGTH)

    assert [window.tokens for window in gap.windows_of_fall(LENGTH)] == [600.0]
    assert next(gap.windows_of_rise(LENGTH)).tokens == 0
