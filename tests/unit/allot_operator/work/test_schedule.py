from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from allot_cluster.resources import MODEL_DEPLOYMENTS
from allot_operator.work.keys import Key
from allot_operator.work.schedule import (
    LONGEST_BACKOFF_SECONDS,
    SHORTEST_INTERVAL_SECONDS,
    Schedule,
)

A, B = Key(MODEL_DEPLOYMENTS, "n", "a"), Key(MODEL_DEPLOYMENTS, "n", "b")


def test_a_key_is_there_once_at_its_earliest_time() -> None:
    schedule = Schedule()
    schedule.add(A, 5.0)
    schedule.add(A, 3.0)
    schedule.add(A, 9.0)

    assert (len(schedule), schedule.next_due()) == (1, 3.0)
    assert schedule.take(2.9) is None
    assert schedule.take(3.0) == A
    assert len(schedule) == 0


def test_the_longest_due_goes_first() -> None:
    schedule = Schedule()
    schedule.add(B, 2.0)
    schedule.add(A, 1.0)

    assert [schedule.take(9.0), schedule.take(9.0)] == [A, B]


def test_a_key_that_is_worked_on_is_not_handed_out_again() -> None:
    schedule = Schedule()
    schedule.add(A, 0.0)
    schedule.take(0.0)

    schedule.add(A, 0.0)

    assert (schedule.take(1.0), schedule.next_due(), schedule.oldest_wait(1.0)) == (None, None, 0)
    schedule.succeed(A, 1.0)
    assert schedule.take(1.0) is None
    assert schedule.take(1.0 + SHORTEST_INTERVAL_SECONDS) == A


@given(st.integers(1, 40), st.floats(0, 100))
def test_failures_in_a_row_wait_longer_up_to_a_bound(failures: int, least: float) -> None:
    schedule, waits = Schedule(), list[float]()
    for _ in range(failures):
        schedule.add(A, 0.0)
        schedule.take(1e9)
        waits.append(schedule.fail(A, 0.0))

    assert waits == sorted(waits)
    assert max(waits) <= LONGEST_BACKOFF_SECONDS
    assert schedule.fail(A, 0.0, least) >= least


def test_a_change_does_not_shorten_the_wait_of_a_failing_key() -> None:
    schedule = Schedule()
    schedule.add(A, 0.0)
    schedule.take(0.0)
    schedule.add(A, 0.0)

    wait = schedule.fail(A, 0.0)

    assert schedule.take(wait - 0.01) is None
    assert schedule.take(wait) == A


def test_success_forgets_the_failures() -> None:
    schedule = Schedule()
    first = schedule.fail(A, 0.0)
    schedule.fail(A, 0.0)
    schedule.succeed(A, 0.0)

    assert schedule.fail(A, 0.0) == first


def test_the_most_neglected_key_is_told() -> None:
    schedule = Schedule()
    schedule.add(A, 1.0)
    schedule.add(B, 5.0)

    assert schedule.oldest_wait(4.0) == 3.0
