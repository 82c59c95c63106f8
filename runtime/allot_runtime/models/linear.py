"""Linear layers, by torch's own operator or by oneDNN's with weights that are packed once.

On some CPUs torch's own leaves a quarter to half of the arithmetic unused; which is the faster
one is found out at start (`allot_runtime.models.kernels`).

Annotations here are values, since torch.jit compiles these functions and reads them.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from allot_runtime.models.architecture import Activation

# For how many rows the packing is laid out. It serves all numbers well; 0 would pack anew in
# every call.
ROWS_HINT = 64


class Linear(NamedTuple):
    """A layer of weight [out, in], packed in oneDNN's own order or not, and bias [out]."""

    weight: Tensor
    bias: Tensor | None
    is_packed: bool

    def apply(self, values: Tensor) -> Tensor:
        """Return values · weightᵀ + bias, [rows, out], of values [rows, in]."""
        return compute_linear(self, values)

    def activate(self, values: Tensor, activation: Activation) -> Tensor:
        """Return an activation of the same."""
        return compute_linear(self, values, *FUNCTIONS[activation])


class Function(NamedTuple):
    """What is done to a layer's sums: oneDNN's word for it, and for how it is approximated."""

    name: str
    algorithm: str


FUNCTIONS = {
    Activation.GELU: Function("gelu", "none"),
    Activation.GELU_TANH: Function("gelu", "tanh"),
    Activation.RELU: Function("relu", ""),
}

BuildLinear = Callable[[Tensor, Tensor | None], Linear]


def build_plain(weight: Tensor, bias: Tensor | None) -> Linear:
    """Return a layer that torch's own operator computes; the weight stays where it is."""
    return Linear(weight, bias, is_packed=False)


def build_packed(weight: Tensor, bias: Tensor | None) -> Linear:
    """Return a layer that oneDNN computes, with the activation in the same pass.

    The operators are torch's own, made for its compiler and not documented; a torch that has
    them not raises AttributeError here, and RuntimeError where the CPU is not served.
    """
    operators: Any = torch.ops.mkldnn
    packed = operators._reorder_linear_weight(weight.contiguous(), ROWS_HINT)
    return Linear(packed, bias, is_packed=True)


def compute_linear(
    layer: Linear, values: Tensor, name: str = "none", algorithm: str = ""
) -> Tensor:
    """Return values · weightᵀ + bias, [rows, out], or a Function of it; torch.jit compiles this."""
    if layer.is_packed:
        result: Tensor = torch.ops.mkldnn._linear_pointwise(
            values, layer.weight, layer.bias, name, [], algorithm
        )
        return result
    sums = functional.linear(values, layer.weight, layer.bias)
    if name == "gelu":
        return functional.gelu(sums, approximate=algorithm)
    if name == "relu":
        return functional.relu(sums)
    return sums
