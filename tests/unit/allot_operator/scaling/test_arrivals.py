from __future__ import annotations

from random import Random

from allot_operator.scaling.arrivals import Arrivals, Span, Window

LENGTH = 30.0


def arrive(*tokens: float, seconds: float = 5.0) -> Arrivals:
    arrivals = Arrivals()
    for each in tokens:
        arrivals = arrivals.add(Span(seconds, each, is_complete=True), LENGTH)
    return arrivals


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
        bulk = bulk.add(Span(7.0, tokens, is_complete=True), LENGTH)

    assert [window.lasting for window in bulk.windows()] == [0.0, 5000.0, 8500.0]
    assert [window.known_tokens for window in bulk.windows()] == [90_000.0, 92_500.0, 95_500.0]


def test_bulk_requests_that_come_together_are_looked_at_together() -> None:
    bulk = Arrivals(dispersion=20.0)
    for tokens in (1000.0, 2000.0, 0.0, 3000.0, 50_000.0, 40_000.0, 0.0, 100.0):
        bulk = bulk.add(Span(2.0, tokens, is_complete=True), LENGTH)

    # 90,100 came in the last 8 seconds, and 6,000 in those before: the fullest counts as the other.
    assert [(one.seconds, one.lasting) for one in bulk.windows()] == [(8.0, 0.0), (16.0, 12_000.0)]


def test_short_spans_are_joined_and_old_ones_dropped() -> None:
    often = arrive(*[10.0] * 20, seconds=1.0)
    long = arrive(*[10.0] * 200)

    assert all(span.seconds == 2.0 for span in often.spans[1:])
    assert sum(span.tokens for span in often.spans) == 200
    assert sum(span.seconds for span in long.spans) == 300


def test_windows_are_every_one_up_to_a_minute_and_then_ever_fewer() -> None:
    seconds = [window.seconds for window in arrive(*[10.0] * 60).windows()]

    assert seconds[:12] == [5.0 * number for number in range(1, 13)]
    assert seconds[12:] == [75, 95, 120, 150, 190, 240, 300]


def test_what_is_not_complete_is_told_apart() -> None:
    arrivals = arrive(*[100.0] * 6)

    gap = arrivals.add(Span(5.0, 0.0, is_complete=False), LENGTH)

    assert list(gap.windows())[-1] == Window(35.0, 600.0, 600.0, 30.0, 600.0)
