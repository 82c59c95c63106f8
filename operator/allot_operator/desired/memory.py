"""How much memory a model pod asks for, and at how much it is stopped.

The request is what a pod needs while it serves; the limit is what it can come to at its worst: a
full queue of the longest texts, and every weight beside the mapped file once more. So a pod that
meets its limit leaks, or serves a model that is not as it was declared.
"""

from __future__ import annotations

import math

from allot_api.terms import TaskType
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
# At worst everything is there twice: converted to another precision, or while it is loaded.
WEIGHTS_LIMIT_FACTOR = 2
ROUNDING_MEBIBYTES = 64
WEIGHTS_SUFFIX = ".safetensors"

# A pass computes fewer tokens, or one text; from 16 threads on, their own shares cover more.
PASS_TOKENS = 1024
# Hidden states of a large encoder: 1024 wide, 4096 between, in float32, some of them at once.
TOKEN_BYTES = 128 * 1024
# A weight for each of 30,000 words, three times, while the largest of a text are sought.
SPARSE_TOKEN_BYTES = 384 * 1024
# An input that waits: two numbers a token, as Python keeps them. 70 bytes were measured.
WAITING_TOKEN_BYTES = 80


def choose_memory_mebibytes(model: TrainedModelSpec, num_threads: int) -> int:
    """Return the memory request: 640 + 64 x threads + 1.5 x weights, rounded up to 64 MiB."""
    weights = find_weights_mebibytes(model)
    if weights is None:
        weights = UNKNOWN_WEIGHTS_MEBIBYTES
    return _round_up(_base(num_threads) + WEIGHTS_FACTOR * weights)


def choose_memory_limit_mebibytes(
    model: TrainedModelSpec, num_threads: int, queue_capacity: int
) -> int | None:
    """Return the memory limit, or None where the size of the weights is not declared.

    640 + 64 x threads + 2 x weights + pass + queue, rounded up to 64 MiB. A limit that rests
    on a guess would kill pods that serve well, so there is none without a size.
    """
    weights = find_weights_mebibytes(model)
    if weights is None:
        return None
    length = model.max_sequence_length
    working = TOKEN_BYTES * max(PASS_TOKENS, length)
    if TaskType.SPARSE_EMBEDDING in model.task_types:
        working += SPARSE_TOKEN_BYTES * length
    waiting = WAITING_TOKEN_BYTES * queue_capacity * length
    extra = (working + waiting) / MEBIBYTE
    return _round_up(_base(num_threads) + WEIGHTS_LIMIT_FACTOR * weights + extra)


def find_weights_mebibytes(model: TrainedModelSpec) -> float | None:
    """Return the declared size of the weights, or None if one of their files declares none."""
    sizes = [
        file.size_bytes for file in model.source.files or () if file.path.endswith(WEIGHTS_SUFFIX)
    ]
    known = [size for size in sizes if size is not None]
    return sum(known) / MEBIBYTE if known and len(known) == len(sizes) else None


def _base(num_threads: int) -> int:
    return BASE_MEBIBYTES + THREAD_MEBIBYTES * num_threads


def _round_up(mebibytes: float) -> int:
    return ROUNDING_MEBIBYTES * math.ceil(mebibytes / ROUNDING_MEBIBYTES)
