"""The layers of an encoder over a handful of rows, by the library that native/few_rows.c becomes.

A lone query has some ten rows, over which a product is little more than the reading of its weights.
The library reads them as they lie in their file, once, and in a single call for all layers. It is
made where a C compiler is when this package is installed; nothing needs it.

Annotations of the structures are those of C: they and the code there have to agree.
"""

from __future__ import annotations

import ctypes
import logging
import math
import platform
import time
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from allot_runtime.models.architecture import Activation, Architecture
from allot_runtime.models.layers import LayerNorm
from allot_runtime.models.layout import Layout, plan_layout
from allot_runtime.models.linear import Linear

logger = logging.getLogger(__name__)

LIBRARY = Path(__file__).parent.parent / "native" / "few_rows.so"
# Up to as many it was faster than oneDNN's products on the one machine measured, with AVX2; beyond,
# a pass is bound by arithmetic. A trial at start is of TRIED_ROWS alone.
MOST_ROWS = 32
# What the library takes at a time of a layer's outputs, and of a head's: a cache line, a vector.
LINE, LANES = 16, 8
TRIED_ROWS, REPETITIONS = 8, 5
# Relative to the largest value.
TOLERANCE = 1e-5
ACTIVATIONS = {Activation.GELU: 0, Activation.GELU_TANH: 1, Activation.RELU: 2}

ComputeRows = Callable[[Tensor, Layout], Tensor]


class StoredLayer(NamedTuple):
    """One block of the encoder, its tensors as they lie in their file."""

    query: Linear
    key: Linear
    value: Linear
    attention_output: Linear
    attention_norm: LayerNorm
    up: Linear
    down: Linear
    norm: LayerNorm


class _Linear(ctypes.Structure):
    _fields_ = (("weight", ctypes.c_void_p), ("bias", ctypes.c_void_p))


class _Layer(ctypes.Structure):
    _fields_ = tuple((name, _Linear) for name in StoredLayer._fields)


class _Shape(ctypes.Structure):
    _fields_ = (
        ("rows", ctypes.c_long),
        ("width", ctypes.c_long),
        ("inner", ctypes.c_long),
        ("heads", ctypes.c_long),
        ("sequences", ctypes.c_long),
        ("starts", ctypes.c_void_p),
        ("activation", ctypes.c_int),
        ("epsilon", ctypes.c_float),
    )


class FewRows:
    """The layers of one encoder; keeps the tensors, since the library reads them where they are."""

    def __init__(
        self, library: ctypes.CDLL, architecture: Architecture, layers: Sequence[StoredLayer]
    ) -> None:
        self._library = library
        self._architecture = architecture
        self._layers = tuple(layers)
        self._pointers = (_Layer * len(layers))(*map(_point_to_layer, layers))

    def compute(self, states: Tensor, layout: Layout) -> Tensor:
        """Overwrite states, [rows, width], with those after the last layer, and return them.

        Rows that belong to no sequence are left as they are.
        """
        rows, width = layout.tokens, self._architecture.width
        assert _is_plain(states, (states.shape[0], width))
        assert states.shape[0] >= rows
        inner = self._architecture.feed_forward_width
        threads = torch.get_num_threads()
        bounds = [*layout.starts(), rows]
        starts = (ctypes.c_long * len(bounds))(*bounds)
        shape = _Shape(
            rows=rows,
            width=width,
            inner=inner,
            heads=self._architecture.heads,
            sequences=len(bounds) - 1,
            starts=ctypes.addressof(starts),
            activation=ACTIVATIONS[self._architecture.activation],
            epsilon=self._architecture.epsilon,
        )
        scratch = torch.empty(rows * (5 * width + inner + threads))
        self._library.allot_few_rows(
            self._pointers,
            ctypes.c_long(len(self._layers)),
            ctypes.byref(shape),
            ctypes.c_void_p(states.data_ptr()),
            ctypes.c_void_p(scratch.data_ptr()),
            threads,
        )
        return states

    def take_first(self, count: int) -> FewRows:
        """Return the same of so many layers."""
        return FewRows(self._library, self._architecture, self._layers[:count])


def take_few_rows(architecture: Architecture, layers: Iterable[StoredLayer]) -> FewRows | None:
    """Return the layers as the library computes them; None where it is missing or not for them."""
    found = tuple(layers)
    library = load_library()
    if library is None or not _is_served(architecture, found):
        return None
    return FewRows(library, architecture, found)


@cache
def load_library() -> ctypes.CDLL | None:
    """Return the library, or None where it was not made or this CPU lacks what it is made for."""
    capability = torch.backends.cpu.get_cpu_capability()
    if platform.machine() == "x86_64" and capability not in ("AVX2", "AVX512"):
        logger.info("few rows are computed as many: this CPU has no AVX2 (%s)", capability)
        return None
    try:
        # torch's threads, and not a second team of them: the library asks for none of its own.
        if openmp := _find_openmp(Path("/proc/self/maps").read_text()):
            ctypes.CDLL(openmp, ctypes.RTLD_GLOBAL)
        return ctypes.CDLL(str(LIBRARY))
    except OSError as error:
        logger.info("few rows are computed as many: %s", error)
        return None


def is_worth_it(
    few: ComputeRows,
    usual: ComputeRows,
    width: int,
    now: Callable[[], float] = time.perf_counter,
) -> bool:
    """Whether it is right and faster on this CPU: both compute the same rows, taking turns.

    To be called on the compute thread, with the threads that it will have.
    """
    states = torch.randn([TRIED_ROWS, width], generator=torch.Generator().manual_seed(0))
    layout = plan_layout([TRIED_ROWS])
    expected, found = usual(states, layout), few(states.clone(), layout)
    apart = float((found - expected).abs().max() / expected.abs().max())
    least = {few: math.inf, usual: math.inf}
    for _ in range(REPETITIONS):
        for compute in least:
            values = states.clone()
            began = now()
            compute(values, layout)
            least[compute] = min(least[compute], now() - began)
    logger.info(
        "few rows take %.2f ms in one call, %.2f as many rows do; the results are %.1g apart",
        1e3 * least[few], 1e3 * least[usual], apart,
    )  # fmt: skip
    return apart <= TOLERANCE and least[few] < least[usual]


def _is_served(architecture: Architecture, layers: Sequence[StoredLayer]) -> bool:
    """Whether the tensors are of the sizes that the library takes, and of those that it is told."""
    width, inner = architecture.width, architecture.feed_forward_width
    flat, square = (width,), (width, width)
    shapes = dict.fromkeys(StoredLayer._fields, (square, flat)) | {
        "attention_norm": (flat, flat),
        "up": ((inner, width), (inner,)),
        "down": ((width, inner), flat),
        "norm": (flat, flat),
    }
    fits = width % LINE == 0 and inner % LINE == 0 and width // architecture.heads % LANES == 0
    return fits and all(
        _is_plain(tensor, shape)
        for layer in layers
        for name, one in layer._asdict().items()
        for tensor, shape in zip(one[:2], shapes[name], strict=True)
    )


def _is_plain(tensor: Tensor | None, shape: tuple[int, ...]) -> bool:
    return (
        tensor is not None
        and tensor.shape == shape
        and tensor.dtype is torch.float32
        and tensor.is_contiguous()
    )


def _point_to_layer(layer: StoredLayer) -> _Layer:
    return _Layer(*(_Linear(*map(_point_to, one[:2])) for one in layer))


def _point_to(tensor: Tensor | None) -> int | None:
    return None if tensor is None else tensor.data_ptr()


def _find_openmp(maps: str) -> str | None:
    """Return the OpenMP library that this process has mapped (proc(5), maps)."""
    paths = (line.split(maxsplit=5)[-1] for line in maps.splitlines())
    return next((path for path in paths if "/libgomp" in path), None)
