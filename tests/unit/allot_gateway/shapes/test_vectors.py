from __future__ import annotations

import pytest

from allot_gateway.shapes.vectors import read_vectors
from allot_protocol.errors import RequestFault

ANSWER = {"text_embedding": [{"embedding": [1.0, 2.0]}, {"embedding": [3.0, 4.0]}]}


@pytest.mark.parametrize("dimensions", [None, 2])
def test_the_models_own_dimensions_may_be_asked_for(dimensions: int | None) -> None:
    assert read_vectors(ANSWER, dimensions) == [[1.0, 2.0], [3.0, 4.0]]


def test_others_are_refused_with_the_way_out() -> None:
    with pytest.raises(
        RequestFault, match=r"\[dimensions\] is \[3\] and the model's vectors have \[2\]: leave it"
    ):
        read_vectors(ANSWER, 3)
