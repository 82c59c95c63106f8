from __future__ import annotations

import math

import pytest

from bench.cosines import smallest_cosine


def test_the_worst_pair_counts() -> None:
    found = [[1.0, 0.0], [1.0, 1.0]]

    assert smallest_cosine(found, [[2.0, 0.0], [1.0, 0.0]]) == pytest.approx(math.sqrt(0.5))


@pytest.mark.parametrize("vector", [[math.nan, 1.0], [0.0, 0.0], [1.0]])
def test_a_vector_that_is_none_has_no_cosine(vector: list[float]) -> None:
    assert math.isnan(smallest_cosine([vector, [1.0, 0.0]], [[1.0, 0.0], [1.0, 0.0]]))
