from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import torch

from allot_api.terms import WeightsFormat
from allot_runtime.errors import ModelFault
from allot_runtime.models.pickled import read_pickled
from allot_runtime.models.weights import read_tensors


class Bomb:
    """A pickle that makes a file where it is read without care."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.path,)


def test_the_tensors_of_all_parts_are_read(tmp_path: Path) -> None:
    for number in (1, 2):
        part = tmp_path / f"pytorch_model-0000{number}-of-00002.bin"
        torch.save({f"layer{number}.weight": torch.ones(number), "epoch": 3}, part)

    tensors = read_tensors(tmp_path, WeightsFormat.PICKLE)

    assert {name: tensor.tolist() for name, tensor in tensors.items()} == {
        "layer1.weight": [1.0],
        "layer2.weight": [1.0, 1.0],
    }


def test_what_would_run_is_refused_and_does_not_run(tmp_path: Path) -> None:
    bad = tmp_path / "pytorch_model.bin"
    bad.write_bytes(pickle.dumps(Bomb(tmp_path / "exploded"), protocol=2))

    with pytest.raises(ModelFault, match=r"restricted reader"):
        read_pickled([bad])

    assert not (tmp_path / "exploded").exists()


def test_a_file_without_names_is_told(tmp_path: Path) -> None:
    torch.save(torch.ones(1), tmp_path / "pytorch_model.bin")

    with pytest.raises(ModelFault, match="holds a Tensor and no tensors by name"):
        read_pickled([tmp_path / "pytorch_model.bin"])
