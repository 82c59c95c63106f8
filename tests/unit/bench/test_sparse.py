from __future__ import annotations

import pytest

from bench.sparse import largest_difference


def test_a_word_that_one_side_lacks_weighs_nothing_there() -> None:
    assert largest_difference({"a": 1.0, "b": 0.5}, {"a": 1.1}) == pytest.approx(0.5)
    assert largest_difference({}, {}) == 0
