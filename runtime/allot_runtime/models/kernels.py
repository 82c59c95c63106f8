"""Which kind of linear layer is right and fastest on this CPU, by a short trial at start."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import torch
from torch import Tensor

from allot_runtime.models.architecture import Activation
from allot_runtime.models.linear import BuildLinear, Linear, build_packed, build_plain

logger = logging.getLogger(__name__)

# One query, and a batch of passages.
TRIED_ROWS = (8, 256)
# The least of several repetitions: what a busy neighbour took from the others does not count.
REPETITIONS = 15
# Relative to the largest value; bfloat16 keeps 8 bits of a number.
TOLERANCES = {torch.float32: 1e-5, torch.bfloat16: 2e-2}


class Kernel(StrEnum):
    """The kinds of linear layers, the first preferred where two are as fast."""

    PACKED = "packed"
    PLAIN = "plain"


BUILDERS: dict[Kernel, BuildLinear] = {Kernel.PACKED: build_packed, Kernel.PLAIN: build_plain}


@dataclass(frozen=True, slots=True)
class Trial:
    """How one kernel did: seconds for all numbers of rows, and whether its results are right."""

    kernel: Kernel
    seconds: float
    is_right: bool

    def describe(self) -> str:
        """Return the trial in a few words."""
        outcome = f"{self.seconds * 1e6:.0f} us" if self.is_right else "not usable"
        return f"{self.kernel}: {outcome}"


def choose_kernel(trials: Iterable[Trial]) -> Kernel:
    """Return the fastest kernel that is right; torch's own where none was tried."""
    right = [trial for trial in trials if trial.is_right]
    fastest = min(right, key=lambda trial: trial.seconds, default=None)
    return fastest.kernel if fastest else Kernel.PLAIN


@torch.inference_mode()
def try_kernels(
    out: int, width: int, dtype: torch.dtype, now: Callable[[], float] = time.perf_counter
) -> list[Trial]:
    """Return a trial of each kernel on a layer of this shape; takes some 10 ms.

    To be called on the compute thread, with the threads that it will have.
    """
    weight, bias, *inputs = _make_layer(out, width, dtype)
    plain = build_plain(weight, bias)
    right: dict[Kernel, Linear] = {}
    for kernel in Kernel:
        linear = _build(kernel, weight, bias)
        if linear is not None and all(_is_right(linear, plain, values) for values in inputs):
            right[kernel] = linear
    seconds = _least_seconds(right, inputs, now)
    return [Trial(kernel, seconds.get(kernel, 0.0), kernel in right) for kernel in Kernel]


def _make_layer(out: int, width: int, dtype: torch.dtype) -> list[Tensor]:
    generator = torch.Generator().manual_seed(0)
    shapes = [(out, width), (out,), *((rows, width) for rows in TRIED_ROWS)]
    return [torch.randn(shape, generator=generator).to(dtype) for shape in shapes]


def _build(kernel: Kernel, weight: Tensor, bias: Tensor) -> Linear | None:
    """Return a layer, or None where this torch or this CPU does not serve its kind."""
    try:
        linear = BUILDERS[kernel](weight, bias)
        linear.activate(weight[:1], Activation.GELU)
    except (AttributeError, RuntimeError) as error:
        logger.info("linear layers cannot be %s here: %s", kernel, error)
        return None
    return linear


def _is_right(linear: Linear, plain: Linear, values: Tensor) -> bool:
    ours, theirs = (one.activate(values, Activation.GELU).float() for one in (linear, plain))
    largest = (ours - theirs).abs().max() / theirs.abs().max()
    return bool(largest <= TOLERANCES[values.dtype])


def _least_seconds(
    linears: Mapping[Kernel, Linear], inputs: Sequence[Tensor], now: Callable[[], float]
) -> dict[Kernel, float]:
    """Return the sum over the inputs of each kernel's least time, the kernels taking turns."""
    seconds = dict.fromkeys(linears, 0.0)
    for values in inputs:
        least = dict.fromkeys(linears, math.inf)
        for _ in range(REPETITIONS):
            for kernel, linear in linears.items():
                began = now()
                linear.activate(values, Activation.GELU)
                least[kernel] = min(least[kernel], now() - began)
        for kernel, found in least.items():
            seconds[kernel] += found
    return seconds
