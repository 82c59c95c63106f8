"""One library in one process, told what to do by lines of JSON.

{"vectors": [TEXT, ...]}                 → {"vectors": [[...], ...]}
{"time": [[TEXT, ...], ...], "seconds"}  → {"seconds": [...]}  one figure for each batch, its
                                           median over as many calls as fit into the seconds
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any, TextIO

import pairs
from engines import ENGINES, Engine, build_engine


def measure(engine: Engine, batches: list[list[str]], seconds: float) -> list[float]:
    """Return each batch's median time; every batch is computed at least once."""
    times: list[list[float]] = [[] for _ in batches]
    deadline = time.perf_counter() + seconds
    while True:
        for batch, taken in zip(batches, times, strict=True):
            began = time.perf_counter()
            engine.encode(batch)
            taken.append(time.perf_counter() - began)
        if time.perf_counter() >= deadline:
            return [statistics.median(taken) for taken in times]


def answer(engine: Engine, asked: dict[str, Any]) -> dict[str, Any]:
    """Return what is asked for."""
    if "vectors" in asked:
        return {"vectors": engine.encode(asked["vectors"]).tolist()}
    return {"seconds": measure(engine, asked["time"], asked["seconds"])}


def take_output() -> TextIO:
    """Return standard output, and send to standard error what libraries print."""
    sys.stdout.flush()
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return output


def main() -> None:
    """Answer until the input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=sorted(ENGINES), required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--pairs", action="store_true", help="every text is [QUERY, PASSAGE]")
    options = parser.parse_args()
    output = take_output()
    if options.pairs:
        engine = pairs.ENGINES[options.engine](options.model, options.threads)
        engine.encode([("hello", "world")])
    else:
        engine = build_engine(options.engine, options.model, options.threads)
        engine.encode(["hello world"])
    print(json.dumps({"ready": True}), file=output, flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(engine, json.loads(line))), file=output, flush=True)
    # Threads of some libraries keep an interpreter from ending.
    os._exit(0)


if __name__ == "__main__":
    main()
