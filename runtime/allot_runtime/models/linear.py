"""Linear layers, by torch's own operator or by oneDNN's with weights that are packed once.

On some CPUs torch's own leaves a quarter to half of the arithmetic unused; which is the faster
one is found out at start (`allot_runtime.models.kernels`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn import functional

from allot_runtime.models.architecture import Activation

ACTIVATIONS: dict[Activation, Callable[[Tensor], Tensor]] = {
    Activation.GELU: functional.gelu,
    Activation.GELU_TANH: partial(functional.gelu, approximate="tanh"),
    Activation.RELU: functional.relu,
}
# What oneDNN calls the same: its function, and how it is approximated.
FUSED = {
    Activation.GELU: ("gelu", "none"),
    Activation.GELU_TANH: ("gelu", "tanh"),
    Activation.RELU: ("relu", ""),
}
# For how many rows the packing is laid out. It serves all numbers well; 0 would pack anew in
# every call.
ROWS_HINT = 64


class Linear(Protocol):
    """A layer of weight [out, in] and bias [out]."""

    def apply(self, values: Tensor) -> Tensor:
        """Return values · weightᵀ + bias, [rows, out], of values [rows, in]."""
        ...

    def activate(self, values: Tensor, activation: Activation) -> Tensor:
        """Return an activation of the same."""
        ...


BuildLinear = Callable[[Tensor, Tensor | None], Linear]


class PlainLinear:
    """By torch's own operator; the weight stays where it is."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        self._weight = weight
        self._bias = bias

    def apply(self, values: Tensor) -> Tensor:
        """Return values · weightᵀ + bias."""
        return functional.linear(values, self._weight, self._bias)

    def activate(self, values: Tensor, activation: Activation) -> Tensor:
        """Return an activation of the same."""
        return ACTIVATIONS[activation](self.apply(values))


class PackedLinear:
    """By oneDNN, with the weight in its own order and the activation in the same pass.

    The operators are torch's own, made for its compiler and not documented; a torch that has
    them not raises AttributeError here, and RuntimeError where the CPU is not served.
    """

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        operators: Any = torch.ops.mkldnn
        self._weight = operators._reorder_linear_weight(weight.contiguous(), ROWS_HINT)
        self._bias = bias
        self._compute = operators._linear_pointwise

    def apply(self, values: Tensor) -> Tensor:
        """Return values · weightᵀ + bias."""
        result: Tensor = self._compute(values, self._weight, self._bias, "none", [], "")
        return result

    def activate(self, values: Tensor, activation: Activation) -> Tensor:
        """Return an activation of the same."""
        name, algorithm = FUSED[activation]
        result: Tensor = self._compute(values, self._weight, self._bias, name, [], algorithm)
        return result
