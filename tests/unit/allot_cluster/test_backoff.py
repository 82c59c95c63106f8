"""Waiting longer after each failure, and never too long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_cluster.backoff import LONGEST_SECONDS, backoff_seconds


@pytest.mark.parametrize(
    ("failures", "draw", "seconds"),
    [(0, 0.5, 0), (1, 0, 0.25), (1, 1, 0.5), (3, 0, 1), (3, 1, 2), (100, 1, 30), (100, 0, 15)],
)
def test_it_doubles_up_to_a_bound(failures: int, draw: float, seconds: float) -> None:
    assert backoff_seconds(failures, draw) == seconds


@given(failures=st.integers(-5, 10_000), draw=st.floats(0, 1, exclude_max=True))
def test_it_stays_in_its_bounds_and_never_shrinks(failures: int, draw: float) -> None:
    seconds = backoff_seconds(failures, draw)

    assert 0 <= seconds <= LONGEST_SECONDS
    assert seconds <= backoff_seconds(failures + 1, draw)
