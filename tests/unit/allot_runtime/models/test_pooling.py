from __future__ import annotations

import pytest
import torch

from allot_api.terms import Normalization, Pooling
from allot_runtime.models.layout import plan_layout
from allot_runtime.models.packing import Encoded
from allot_runtime.models.pooling import normalize, pool

# The caller's first sequence has two tokens, the second one; then comes filling.
STATES = torch.tensor([[7.0, 8.0], [1.0, 6.0], [3.0, 2.0], [100.0, 100.0]])
ENCODED = Encoded(STATES, plan_layout([2, 1]))


@pytest.mark.parametrize(
    ("pooling", "vector"),
    [
        (Pooling.MEAN, [2.0, 4.0]),
        (Pooling.CLS, [1.0, 6.0]),
        (Pooling.LAST_TOKEN, [3.0, 2.0]),
        (Pooling.MAX, [3.0, 6.0]),
    ],
)
def test_a_vector_is_made_of_its_own_tokens(pooling: Pooling, vector: list[float]) -> None:
    assert pool(ENCODED, pooling).tolist() == [vector, [7.0, 8.0]]


def test_l2_makes_the_length_one() -> None:
    vectors = torch.tensor([[3.0, 4.0]])

    assert normalize(vectors, Normalization.L2).tolist() == [pytest.approx([0.6, 0.8])]
    assert normalize(vectors, Normalization.NONE).tolist() == [[3.0, 4.0]]
