from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_runtime.models.interface import Floats
from allot_runtime.quantization import to_bytes

DIMENSIONS = 384


def a_vector(seed: int, length: float = 1.0) -> Floats:
    """Return a vector of that length in a random direction."""
    values = np.random.default_rng(seed).standard_normal(DIMENSIONS)
    return (length * values / np.linalg.norm(values)).astype(np.float32)


@pytest.mark.parametrize(
    ("number", "byte"),
    [(0.0, 0), (1.0, 127), (-1.0, -127), (0.5, 64), (0.003, 0), (0.004, 1), (-0.004, -1),
     (1.01, 127), (-1.01, -128), (1e9, 127), (-1e9, -128), (-0.0, 0)],
)  # fmt: skip
def test_one_becomes_127_and_what_is_beyond_is_cut(number: float, byte: int) -> None:
    assert to_bytes(np.array([number], dtype=np.float32)).tolist() == [byte]


@given(st.integers(0, 10_000), st.integers(1, 5))
def test_no_vector_depends_on_another(seed: int, others: int) -> None:
    vectors = np.stack([a_vector(seed + index) for index in range(others + 1)])

    together = to_bytes(vectors)

    assert together.dtype == np.int8
    assert (together[0] == to_bytes(a_vector(seed))).all()


@given(st.integers(0, 10_000))
def test_the_dot_product_is_the_floats_but_for_rounding(seed: int) -> None:
    one, other = a_vector(seed), a_vector(seed + 1)

    product = to_bytes(one).astype(np.int32) @ to_bytes(other).astype(np.int32) / 127**2

    # Each number is off by half a byte at most, and a vector of length 1 has at most the square
    # root of its dimensions as the sum of its numbers' sizes.
    furthest = np.sqrt(DIMENSIONS) / 127 + DIMENSIONS / 4 / 127**2
    assert abs(product - float(one @ other)) <= furthest
