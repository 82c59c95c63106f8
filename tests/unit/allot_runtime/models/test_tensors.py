"""Tensor functions by hand-made numbers: padding, pooling, heads, names of weights."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

from allot_api.terms import Normalization, Pooling
from allot_runtime.errors import ModelFault
from allot_runtime.models.heads import choose_score, choose_sparse_weights
from allot_runtime.models.interface import TokenSequence
from allot_runtime.models.padding import pad
from allot_runtime.models.pooling import normalize, pool
from allot_runtime.models.weights import Weights, normalize_name, read_weights

HIDDEN = torch.tensor([[[1.0, 2.0], [3.0, 6.0], [100.0, 100.0]]])
MASK = torch.tensor([[True, True, False]])


def a_sequence(*ids: int) -> TokenSequence:
    return TokenSequence(ids, (1,) * len(ids), is_truncated=False)


def test_shorter_sequences_are_filled_up_on_the_right() -> None:
    batch = pad([a_sequence(5, 6, 7), a_sequence(8)], padding_id=9)

    assert batch.ids.tolist() == [[5, 6, 7], [8, 9, 9]]
    assert batch.type_ids.tolist() == [[1, 1, 1], [1, 0, 0]]
    assert batch.mask.tolist() == [[True, True, True], [True, False, False]]


@pytest.mark.parametrize(
    ("pooling", "vector"),
    [
        (Pooling.MEAN, [2.0, 4.0]),
        (Pooling.CLS, [1.0, 2.0]),
        (Pooling.LAST_TOKEN, [3.0, 6.0]),
        (Pooling.MAX, [3.0, 6.0]),
    ],
)
def test_padding_takes_no_part_in_pooling(pooling: Pooling, vector: list[float]) -> None:
    assert pool(HIDDEN, MASK, pooling).tolist() == [vector]


def test_l2_makes_the_length_one() -> None:
    vectors = torch.tensor([[3.0, 4.0]])

    assert normalize(vectors, Normalization.L2).tolist() == [pytest.approx([0.6, 0.8])]
    assert normalize(vectors, Normalization.NONE).tolist() == [[3.0, 4.0]]


def test_splade_weighs_by_the_largest_logit_of_any_token() -> None:
    logits = torch.tensor([[1.0, -5.0, 0.0], [math.e - 1, -1.0, -2.0]])

    assert choose_sparse_weights(logits).tolist() == pytest.approx([1.0, 0.0, 0.0])


def test_one_label_is_the_score_and_two_give_their_margin() -> None:
    assert choose_score(torch.tensor([[0.5], [-2.0]])).tolist() == [0.5, -2.0]
    assert choose_score(torch.tensor([[0.5, 2.0]])).tolist() == [1.5]


def test_three_labels_are_no_score() -> None:
    with pytest.raises(ModelFault, match="this model has 3"):
        choose_score(torch.zeros(1, 3))


@pytest.mark.parametrize(
    ("name", "normal"),
    [
        ("bert.embeddings.LayerNorm.gamma", "embeddings.LayerNorm.weight"),
        ("embeddings.LayerNorm.beta", "embeddings.LayerNorm.bias"),
        ("roberta.encoder.layer.0.output.dense.weight", "encoder.layer.0.output.dense.weight"),
        ("distilbert.transformer.layer.1.ffn.lin1.bias", "transformer.layer.1.ffn.lin1.bias"),
        ("cls.predictions.bias", "cls.predictions.bias"),
    ],
)
def test_weights_go_by_one_name(name: str, normal: str) -> None:
    assert normalize_name(name) == normal


def test_a_tensor_that_is_not_there_is_named() -> None:
    weights = Weights({"a.weight": torch.ones(2)}, torch.float32)

    assert weights.take("a.weight").tolist() == [1.0, 1.0]
    with pytest.raises(ModelFault, match=r"no tensor classifier\.weight"):
        weights.take("classifier.weight")


def test_damaged_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"nothing of the kind")

    with pytest.raises(ModelFault, match=r"model\.safetensors is not a whole safetensors file"):
        read_weights(tmp_path, torch.float32)
