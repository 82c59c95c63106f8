"""How fast this machine multiplies matrices of float32, with weights packed for oneDNN.

{"products": [[ROWS, COLUMNS, DEPTH], ...], "seconds": S} → {"flops_per_second": F, "packed": B}
F is of all products together, as a model does them one after the other.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import torch

# Rows that the packing is told of: it serves 8 to 4096 well.
PACKED_FOR = 64

Product = Callable[[], Any]


def build_product(rows: int, columns: int, depth: int, *, is_packed: bool) -> Product:
    """Return a linear layer's product over random numbers."""
    inputs, weight = torch.randn(rows, depth), torch.randn(columns, depth)
    bias = torch.zeros(columns)
    if not is_packed:
        return lambda: torch.nn.functional.linear(inputs, weight, bias)
    packed = torch.ops.mkldnn._reorder_linear_weight(weight, PACKED_FOR)
    pointwise = torch.ops.mkldnn._linear_pointwise
    return lambda: pointwise(inputs, packed, bias, "none", [], "")


def can_pack() -> bool:
    """Whether this torch has the packed operators: they are not public."""
    try:
        build_product(8, 8, 8, is_packed=True)()
    except (AttributeError, RuntimeError):
        return False
    return True


def measure(products: Sequence[tuple[int, int, int]], seconds: float) -> float:
    """Return FLOPs a second: of the median time of each product, all of them together."""
    is_packed = can_pack()
    calls = [build_product(*sizes, is_packed=is_packed) for sizes in products]
    times: list[list[float]] = [[] for _ in calls]
    deadline = time.perf_counter() + seconds
    while not times[0] or time.perf_counter() < deadline:
        for call, taken in zip(calls, times, strict=True):
            began = time.perf_counter()
            call()
            taken.append(time.perf_counter() - began)
    flops = sum(2 * rows * columns * depth for rows, columns, depth in products)
    return flops / sum(statistics.median(taken) for taken in times)


def main() -> None:
    """Take the number of threads from the command line, and questions from standard input."""
    torch.set_num_threads(int(sys.argv[1]))
    print(json.dumps({"ready": True}), flush=True)
    with torch.inference_mode():
        for line in sys.stdin:
            asked = json.loads(line)
            found = measure(asked["products"], asked["seconds"])
            print(json.dumps({"flops_per_second": found, "packed": can_pack()}), flush=True)


if __name__ == "__main__":
    main()
