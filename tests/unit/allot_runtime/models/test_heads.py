from __future__ import annotations

import pytest
import torch

from allot_runtime.errors import ModelFault
from allot_runtime.models.heads import choose_score


def test_one_label_is_the_score_and_two_give_their_margin() -> None:
    assert choose_score(torch.tensor([[0.5], [-2.0]])).tolist() == [0.5, -2.0]
    assert choose_score(torch.tensor([[0.5, 2.0]])).tolist() == [1.5]


def test_three_labels_are_no_score() -> None:
    with pytest.raises(ModelFault, match="this model has 3"):
        choose_score(torch.zeros(1, 3))
