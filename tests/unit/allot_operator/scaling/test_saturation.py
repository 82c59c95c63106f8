from __future__ import annotations

from dataclasses import replace

import pytest

from allot_operator.scaling.capacity import Capacity
from allot_operator.scaling.intervals import Interval
from allot_operator.scaling.observation import Observation, PodSilence
from allot_operator.scaling.saturation import (
    SATURATED_SECONDS,
    Saturation,
    follow_saturation,
)
from tests.unit.allot_operator.scaling.cases import a_pod_at_work

CAPACITY = Capacity(pass_tokens=400.0, usual=200.0, best=200.0, worst=200.0)
# Five seconds of two pods: five passes, all but full, and as much came.
FULL = Interval(
    seconds=5.0,
    inputs_arrived=100,
    tokens_arrived=1_900.0,
    passes=5,
    inputs_done=100,
    tokens_done=1_900,
    busy_seconds=9.6,
    is_complete=True,
)


WAITING = 780.0


def seen(starting: int = 0) -> Observation:
    return Observation(2, (a_pod_at_work("a"), a_pod_at_work("b")), starting)


def follow(
    rounds: int,
    *intervals: Interval,
    observation: Observation | None = None,
    waiting: float = WAITING,
) -> Saturation:
    saturation, looked = Saturation(), observation or seen()
    for interval in intervals or (FULL,) * rounds:
        saturation = follow_saturation(saturation, looked, interval, CAPACITY, waiting)
    return saturation


def test_a_minute_of_full_passes_is_lasting() -> None:
    rounds = round(SATURATED_SECONDS / FULL.seconds)

    assert not follow(rounds - 1).is_lasting
    assert follow(rounds).is_lasting


@pytest.mark.parametrize(
    "changed",
    [{"busy_seconds": 8.9}, {"passes": 8}, {"passes": 0, "tokens_done": 0}],
    ids=["idle now and then", "small passes", "no pass"],
)
def test_pods_that_are_not_full_are_not_lasting(changed: dict[str, float]) -> None:
    assert not follow(0, *[replace(FULL, **changed)] * 20).is_lasting


def test_passes_longer_than_an_interval_count_together() -> None:
    """Their ends fall into some intervals and not into others."""
    uneven = [
        replace(FULL, passes=passes, tokens_done=380 * passes, busy_seconds=1.95 * passes)
        for passes in (4, 6)
    ]

    assert follow(0, *uneven * 8).is_lasting


def test_what_comes_in_bursts_counts_together() -> None:
    bursts = [replace(FULL, tokens_arrived=came) for came in (600.0, 3_200.0)] * 10

    assert follow(0, *bursts).is_lasting


def test_a_bulk_that_is_worked_off_is_not_lasting() -> None:
    bulk = [replace(FULL, tokens_arrived=came) for came in (20_000.0, *[0.0] * 30)]

    assert not follow(0, *bulk).is_lasting


def test_an_empty_line_ends_it() -> None:
    assert follow(20, waiting=400.0) == Saturation()


def test_pods_on_their_way_end_it() -> None:
    assert follow(20, observation=seen(starting=1)) == Saturation()


def test_what_is_not_known_says_nothing() -> None:
    silent = Observation(2, (PodSilence("a", is_serving=True),))
    before = follow(3)

    unknown = replace(FULL, is_complete=False)

    assert follow_saturation(before, silent, unknown, CAPACITY, WAITING) == before


def test_no_pods_are_not_full() -> None:
    assert follow(20, observation=Observation(0)) == Saturation()
