from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from allot_operator.scaling.arrivals import Arrivals, Span
from allot_operator.scaling.evidence import Evidence, weigh

LENGTH = 30.0
# What rounding makes of sums in another order.
TINY = 1e-6


def see(*rates: float, dispersion: float = 1.2) -> Arrivals:
    arrivals = Arrivals()
    for rate in rates:
        arrivals = arrivals.add(Span(5.0, 5.0 * rate, is_complete=True), LENGTH)
    return Arrivals(arrivals.spans, dispersion, arrivals.learnt)


def test_a_step_is_proven_by_one_reading() -> None:
    evidence = weigh(see(*[500.0] * 30, 3000.0), LENGTH, 1000.0)

    assert 2500 < evidence.above < 3000


def test_a_fluctuation_is_not() -> None:
    assert weigh(see(*[950.0] * 30, 1100.0), LENGTH, 1000.0).above == 0


def test_a_small_excess_is_proven_by_time() -> None:
    assert weigh(see(*[1100.0] * 3), LENGTH, 1000.0).above == 0
    assert 1000 < weigh(see(*[1100.0] * 60), LENGTH, 1000.0).above < 1100


def test_a_load_that_is_over_proves_nothing() -> None:
    evidence = weigh(see(*[3000.0] * 50, *[300.0] * 6), LENGTH, 1000.0)

    assert evidence.above == 0
    assert evidence.mean > 1500
    assert evidence.expected < 450


def test_a_long_window_from_before_a_rise_does_not_speak_for_a_fall() -> None:
    evidence = weigh(see(*[300.0] * 48, *[3000.0] * 6), LENGTH, 4000.0)

    assert evidence.upper is not None
    assert evidence.upper > 2500


def test_a_bulk_among_bulks_is_a_backlog_and_no_rise() -> None:
    evidence = weigh(see(*[500.0] * 11, 5000.0, dispersion=30.0), LENGTH, 1000.0)

    assert evidence.above == 0
    assert evidence.expected == evidence.mean == 875.0


def test_a_fall_is_not_known_before_half_a_minute() -> None:
    assert weigh(see(*[300.0] * 5), LENGTH, 1000.0).upper is None
    assert weigh(see(*[300.0] * 6), LENGTH, 1000.0).upper is not None
    assert weigh(Arrivals(), LENGTH, 1000.0) == Evidence(0.0, 0.0, 0.0, None)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(min_value=0, max_value=5000), min_size=1, max_size=40),
    st.floats(min_value=0, max_value=5000),
    st.sampled_from([1.2, 20.0]),
)
def test_more_arrivals_prove_no_less(rates: list[float], more: float, dispersion: float) -> None:
    few = weigh(see(*rates, dispersion=dispersion), LENGTH, 1000.0)
    rates[-1] += more
    many = weigh(see(*rates, dispersion=dispersion), LENGTH, 1000.0)

    assert many.above >= few.above - TINY
    assert many.expected >= few.expected - TINY
    assert many.upper is None or few.upper is None or many.upper >= few.upper - TINY
