"""How much memory a model pod asks for."""

from __future__ import annotations

import math

from allot_api.trained_model import TrainedModelSpec
from allot_operator.desired.quantities import MEBIBYTE

# Interpreter and torch: 525 MiB measured after import, and room for the HTTP side.
BASE_MEBIBYTES = 640
# A batch's activations and oneDNN's scratch space grow with the threads that work on it.
THREAD_MEBIBYTES = 64
# Weights of which only the source is known: those of a base-size encoder in float32.
UNKNOWN_WEIGHTS_MEBIBYTES = 512
# The packed copy that oneDNN makes of the large matrices lives beside the mapped file.
WEIGHTS_FACTOR = 1.5
ROUNDING_MEBIBYTES = 64
WEIGHTS_SUFFIX = ".safetensors"


def choose_memory_mebibytes(model: TrainedModelSpec, num_threads: int) -> int:
    """Return the memory request: 640 + 64 x threads + 1.5 x weights, rounded up to 64 MiB.

    It is a request and no limit: too little costs a place on a full node, and not the pod.
    """
    weights = _weights_mebibytes(model)
    needed = BASE_MEBIBYTES + THREAD_MEBIBYTES * num_threads + WEIGHTS_FACTOR * weights
    return ROUNDING_MEBIBYTES * math.ceil(needed / ROUNDING_MEBIBYTES)


def _weights_mebibytes(model: TrainedModelSpec) -> float:
    sizes = [
        file.size_bytes
        for file in model.source.files or ()
        if file.path.endswith(WEIGHTS_SUFFIX) and file.size_bytes is not None
    ]
    return sum(sizes) / MEBIBYTE if sizes else UNKNOWN_WEIGHTS_MEBIBYTES
