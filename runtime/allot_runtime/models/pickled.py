"""Tensors of a pytorch_model.bin, for sources that ask for it by `format: pickle`.

A pickle is a program. torch's restricted reader runs the part of it that makes tensors, and
refuses the rest.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Mapping
from pathlib import Path

import torch
from torch import Tensor

from allot_runtime.errors import ModelFault

PATTERN = "pytorch_model*.bin"


def read_pickled(paths: Iterable[Path]) -> dict[str, Tensor]:
    """Return all tensors of some files by name; raises ModelFault."""
    tensors: dict[str, Tensor] = {}
    for path in paths:
        tensors |= _read(path)
    return tensors


def _read(path: Path) -> dict[str, Tensor]:
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, OSError, EOFError, ValueError) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelFault(
            f"{path.name} is no file of weights that torch's restricted reader takes: {said}"
        ) from error
    if not isinstance(content, Mapping):
        raise ModelFault(f"{path.name} holds a {type(content).__name__} and no tensors by name")
    return {str(name): value for name, value in content.items() if isinstance(value, Tensor)}
