"""Tensors of a model's files by the names that the encoder and the heads know them by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from allot_api.terms import WeightsFormat
from allot_runtime.errors import ModelFault
from allot_runtime.models.layers import LayerNorm
from allot_runtime.models.linear import BuildLinear, Linear, build_plain
from allot_runtime.models.pickled import PATTERN as PICKLED
from allot_runtime.models.pickled import read_pickled

# A model saved with a head has its encoder's names under the family's name.
_PREFIX = re.compile(r"^(bert|roberta|distilbert)\.")
# The first BERT checkpoints, converted from TensorFlow, kept its names for LayerNorm.
_OLD_NAMES = {"gamma": "weight", "beta": "bias"}


class Weights:
    """The tensors of a model; a tensor that is not there is a ModelFault with its name."""

    def __init__(
        self,
        tensors: dict[str, Tensor],
        dtype: torch.dtype,
        build_linear: BuildLinear = build_plain,
    ) -> None:
        self._tensors = {normalize_name(name): tensor for name, tensor in tensors.items()}
        self._dtype = dtype
        self._build_linear = build_linear

    def has(self, name: str) -> bool:
        """Whether there is a tensor of this name."""
        return name in self._tensors

    def take(self, name: str) -> Tensor:
        """Return the tensor of a name, in the precision asked for."""
        return self.take_stored(name).to(self._dtype)

    def take_stored(self, name: str) -> Tensor:
        """Return the tensor of a name as it lies in its file, which stays mapped into memory."""
        tensor = self._tensors.get(name)
        if tensor is None:
            raise ModelFault(
                f"the weights have no tensor {name}: they are of another architecture than "
                "config.json says, or lack the head that the task needs"
            )
        return tensor

    def take_plain(self, name: str) -> Linear:
        """Return a linear layer as it lies in its file; many newer networks have no biases."""
        bias = f"{name}.bias"
        stored = self.take_stored(bias) if self.has(bias) else None
        return build_plain(self.take_stored(f"{name}.weight"), stored)

    def take_linear(self, *names: str) -> Linear:
        """Return a linear layer; several become one whose outputs stand side by side."""
        return self.join(*map(self.take_plain, names))

    def join(self, *layers: Linear) -> Linear:
        """Return stored layers as one, in the precision and of the kind that serve this model."""
        weights = [layer.weight.to(self._dtype) for layer in layers]
        biases = [layer.bias.to(self._dtype) for layer in layers if layer.bias is not None]
        return self.build_linear(_join(weights), _join(biases) if biases else None)

    def build_linear(self, weight: Tensor, bias: Tensor | None) -> Linear:
        """Return a linear layer of the kind that serves this model."""
        return self._build_linear(weight, bias)

    def take_norm(self, name: str, epsilon: float) -> LayerNorm:
        """Return a layer normalisation."""
        return LayerNorm(self.take(f"{name}.weight"), self.take(f"{name}.bias"), epsilon)


def _join(tensors: Sequence[Tensor]) -> Tensor:
    return torch.cat(list(tensors)) if len(tensors) > 1 else tensors[0]


def normalize_name(name: str) -> str:
    """Return a tensor's name without its family's prefix and with LayerNorm's present names."""
    head, dot, tail = _PREFIX.sub("", name).rpartition(".")
    return f"{head}{dot}{_OLD_NAMES.get(tail, tail)}"


def read_tensors(
    folder: Path, weights: WeightsFormat = WeightsFormat.SAFETENSORS
) -> dict[str, Tensor]:
    """Return all tensors of a folder in a format; raises ModelFault when a file is damaged.

    Those of safetensors files are mapped into memory.
    """
    if weights is WeightsFormat.PICKLE:
        return read_pickled(sorted(folder.glob(PICKLED)))
    return _read_safetensors(sorted(folder.glob("*.safetensors")))


def _read_safetensors(paths: Iterable[Path]) -> dict[str, Tensor]:
    tensors: dict[str, Tensor] = {}
    for path in paths:
        try:
            tensors.update(load_file(path))
        except (SafetensorError, OSError, ValueError) as error:
            raise ModelFault(f"{path.name} is not a whole safetensors file: {error}") from error
    return tensors
