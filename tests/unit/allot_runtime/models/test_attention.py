from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from allot_runtime.models.attention import attend, plan_spans
from allot_runtime.models.layout import plan_layout

HEADS, WIDTH, FILLING = 4, 32, 5


def alone(projected: torch.Tensor) -> torch.Tensor:
    """What torch's own attention makes of one sequence."""
    parts = projected.view(1, -1, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
    mixed = functional.scaled_dot_product_attention(*parts)
    return mixed.transpose(1, 2).reshape(-1, WIDTH)


@given(st.lists(st.integers(1, 90), min_size=1, max_size=12), st.integers(0, 2**31))
def test_each_sequence_is_attended_to_as_if_it_were_alone(lengths: list[int], seed: int) -> None:
    layout = plan_layout(lengths)
    generator = torch.Generator().manual_seed(seed)
    projected = torch.randn(layout.tokens + FILLING, 3 * WIDTH, generator=generator)

    mixed = attend(projected, plan_spans(layout, torch.float32), HEADS)

    for start, length in zip(layout.starts(), layout.lengths(), strict=True):
        expected = alone(projected[start : start + length])
        torch.testing.assert_close(mixed[start : start + length], expected, atol=1e-5, rtol=0)
    assert not mixed[layout.tokens :].any()


def test_one_sequence_needs_no_mask_and_two_short_ones_share_a_window() -> None:
    (single,) = plan_spans(plan_layout([8]), torch.float32)
    (shared,) = plan_spans(plan_layout([1, 2]), torch.float32)

    assert single.mask is None
    assert shared.mask is not None
    minus = float("-inf")
    assert shared.mask.tolist() == [[[0.0, minus, minus], [minus, 0.0, 0.0], [minus, 0.0, 0.0]]]
