from __future__ import annotations

import pytest

from allot_operator.scaling.capacity import choose_full_pass, find_capacity
from allot_operator.scaling.cost_model import Cost


@pytest.mark.parametrize(
    ("length", "tokens"), [(8.0, 380.0), (100.0, 334.0), (300.0, 300.0), (512.0, 512.0)]
)
def test_a_full_pass_holds_whole_inputs(length: float, tokens: float) -> None:
    assert choose_full_pass(384.0, length) == tokens


def test_capacity_is_that_of_full_passes_between_its_errors() -> None:
    capacity = find_capacity(Cost(0.02, 0.001, variance_pass=0.04**2), 384.0, 8.0)

    assert capacity.usual == pytest.approx(950.0)
    assert (capacity.best, capacity.worst) == pytest.approx((380 / 0.36, 380 / 0.44))


def test_a_cost_that_is_hardly_known_is_not_believed_to_be_nothing() -> None:
    capacity = find_capacity(Cost(0.02, 0.001, variance_pass=100.0), 384.0, 8.0)

    assert capacity.best == pytest.approx(2 * capacity.usual)
