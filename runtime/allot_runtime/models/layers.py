"""The layers of an encoder as one function that torch compiles.

    states [rows, width] → (attention, feed-forward) for each layer → states [rows, width]

Every block is post-norm, as in the BERT paper: x = norm(x + f(x)).

Compiled, a pass is one call: Python's lock is free for the event loop until it ends, and its
hundreds of operators cost little beyond their arithmetic. Called as it is, the function does the
same. Annotations here are values, since torch.jit reads them.
"""

import logging
import warnings
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from allot_runtime.models.attention import Span, attend
from allot_runtime.models.linear import Function, Linear, compute_linear

logger = logging.getLogger(__name__)


class LayerNorm(NamedTuple):
    """Layer normalisation (Ba et al. 2016) over the last dimension."""

    weight: Tensor
    bias: Tensor
    epsilon: float

    def apply(self, values: Tensor) -> Tensor:
        """Return the normalised values."""
        return normalize_layer(self, values)


class Layer(NamedTuple):
    """One block; `projection` makes queries, keys and values in one product."""

    projection: Linear
    attention_output: Linear
    attention_norm: LayerNorm
    up: Linear
    down: Linear
    norm: LayerNorm


ComputeLayers = Callable[[Tensor, list[Layer], list[Span], int, Function], Tensor]


def normalize_layer(norm: LayerNorm, values: Tensor) -> Tensor:
    """Return the normalised values."""
    shape = [values.size(-1)]
    return functional.layer_norm(values, shape, norm.weight, norm.bias, norm.epsilon)


def compute_layers(
    hidden: Tensor, layers: list[Layer], spans: list[Span], heads: int, activation: Function
) -> Tensor:
    """Return the states after the last layer, [rows, width]."""
    for layer in layers:
        mixed = attend(compute_linear(layer.projection, hidden), spans, heads)
        mixed = compute_linear(layer.attention_output, mixed).add_(hidden)
        hidden = normalize_layer(layer.attention_norm, mixed)
        between = compute_linear(layer.up, hidden, activation.name, activation.algorithm)
        hidden = normalize_layer(layer.norm, compute_linear(layer.down, between).add_(hidden))
    return hidden


@cache
def compile_layers(script: Callable[[ComputeLayers], ComputeLayers] | None = None) -> ComputeLayers:
    """Return the function compiled, or as it is where this torch does not compile it."""
    try:
        with warnings.catch_warnings():
            # Deprecated in favour of a compiler that wants C++'s beside it, and half a minute.
            warnings.simplefilter("ignore", FutureWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            return (script or torch.jit.script)(compute_layers)
    except (AttributeError, OSError, RuntimeError) as error:
        logger.info("layers are not compiled here: %s", error)
        return compute_layers
