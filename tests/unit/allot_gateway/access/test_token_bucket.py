from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from allot_api.api_keys import RateLimit
from allot_gateway.access.token_bucket import TokenBucket


def test_a_burst_passes_and_then_the_rate() -> None:
    bucket = TokenBucket.full(RateLimit(2, 3), 0)

    assert [bucket.take(0) for _ in range(4)] == [0, 0, 0, 1]
    assert [bucket.take(0.5), bucket.take(0.5)] == [0, 1]
    assert [bucket.take(100) for _ in range(4)] == [0, 0, 0, 1]


def test_it_says_after_how_many_seconds_there_is_room() -> None:
    bucket = TokenBucket.full(RateLimit(0.1, 1), 0)
    bucket.take(0)

    wait = bucket.take(0.5)

    assert wait == 10
    assert bucket.take(0.5 + wait) == 0


def test_who_keeps_trying_waits_no_longer() -> None:
    bucket = TokenBucket.full(RateLimit(1, 1), 0)
    bucket.take(0)

    refused = [bucket.take(0.01 * number) for number in range(1, 100)]

    assert all(refused)
    assert bucket.take(1.0) == 0


def test_a_clock_that_stands_still_gives_nothing() -> None:
    bucket = TokenBucket.full(RateLimit(1, 1), 10)

    assert (bucket.take(10), bucket.take(9), bucket.take(10)) == (0, 1, 1)


@given(
    st.floats(0.01, 1000),
    st.floats(1, 1000),
    st.lists(st.floats(0, 10), min_size=1, max_size=200),
)
def test_never_more_than_burst_and_rate_allow(rate: float, burst: float, gaps: list[float]) -> None:
    bucket, now, passed = TokenBucket.full(RateLimit(rate, burst), 0), 0.0, 0

    for gap in gaps:
        now += gap
        passed += bucket.take(now) == 0

    assert passed <= burst + rate * now + 1e-6 * (1 + burst + rate * now)
