from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from allot_runtime.models.layout import plan_layout
from allot_runtime.models.packing import Encoded, pack, round_rows, unsort
from tests.unit.allot_runtime.models.sequences import a_sequence


def test_tokens_lie_one_after_another_the_shortest_sequence_first() -> None:
    batch = pack([a_sequence(*range(5, 20)), a_sequence(8, 9)])

    filling = [0] * 7
    assert batch.ids.tolist() == [8, 9, *range(5, 20), *filling]
    assert batch.type_ids.tolist() == [1] * 17 + filling
    assert batch.positions.tolist() == [0, 1, *range(15), *filling]
    assert batch.layout == plan_layout([15, 2])


@pytest.mark.parametrize(
    ("tokens", "rows"),
    [(1, 1), (9, 9), (16, 16), (17, 24), (32, 32), (33, 64), (65, 96), (1000, 1024)],
)
def test_numbers_of_rows_are_few(tokens: int, rows: int) -> None:
    assert round_rows(tokens) == rows


def test_first_and_last_are_each_sequences_own() -> None:
    encoded = Encoded(torch.arange(8.0)[:, None], plan_layout([3, 1, 3]))

    assert encoded.first().tolist() == [[0.0], [1.0], [4.0]]
    assert encoded.last().tolist() == [[0.0], [3.0], [6.0]]
    assert [states.shape for _, states in encoded.runs()] == [(1, 1, 1), (2, 3, 1)]


@given(st.lists(st.integers(1, 9), min_size=1, max_size=20))
def test_what_was_sorted_comes_back_in_the_callers_order(lengths: list[int]) -> None:
    layout = plan_layout(lengths)

    assert unsort(torch.tensor(list(layout.lengths())), layout).tolist() == lengths
