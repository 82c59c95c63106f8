from __future__ import annotations

from pathlib import Path

import pytest
import torch

from allot_runtime.errors import ModelFault
from allot_runtime.models.weights import Weights, normalize_name, read_tensors


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


def test_a_tensor_is_taken_in_the_precision_asked_for_or_as_it_is_stored() -> None:
    weights = Weights({"a.weight": torch.ones(2)}, torch.bfloat16)

    assert weights.take("a.weight").dtype is torch.bfloat16
    assert weights.take_stored("a.weight").dtype is torch.float32


def test_several_layers_become_one_with_their_outputs_side_by_side() -> None:
    tensors = {
        "q.weight": torch.eye(2), "q.bias": torch.ones(2), "k.weight": 2 * torch.eye(2),
        "k.bias": torch.zeros(2),
    }  # fmt: skip

    linear = Weights(tensors, torch.float32).take_linear("q", "k")

    assert linear.apply(torch.tensor([[1.0, 2.0]])).tolist() == [[2.0, 3.0, 2.0, 4.0]]


def test_damaged_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"nothing of the kind")

    with pytest.raises(ModelFault, match=r"model\.safetensors is not a whole safetensors file"):
        read_tensors([tmp_path / "model.safetensors"])
