from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_gateway.shapes.scores import squash


@pytest.mark.parametrize(
    ("score", "squashed"),
    [(0, 0.5), (math.log(3), 0.75), (-math.log(3), 0.25), (-5000, 0), (5000, 1)],
)
def test_a_score_is_brought_between_0_and_1(score: float, squashed: float) -> None:
    assert squash(score) == pytest.approx(squashed)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2))
def test_the_order_stays(scores: list[float]) -> None:
    squashed = [squash(score) for score in sorted(scores)]

    assert all(low <= high for low, high in pairwise(squashed))
