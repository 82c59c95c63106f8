"""One turn of one way to the pods: a load generator's process, and its outcome as figures."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.errors import NotMeasured
from bench.gateway.open_load import Order as OpenOrder
from bench.load import Order as ClosedOrder
from bench.traffic import MILLISECONDS, MOST_ERRORS

ROOT = Path(__file__).resolve().parents[2]
SPARE_SECONDS = 60.0


def run_open(order: OpenOrder) -> dict[str, float]:
    """Return p50 and p99 in milliseconds, of all and by kind; raises NotMeasured."""
    outcome = _run("bench.gateway.open_load", asdict(order), order.warm_seconds + order.seconds)
    _refuse_failures(outcome)
    return {
        f"{kind}_{name}": seconds * MILLISECONDS
        for kind, summary in outcome["percentiles"].items()
        for name, seconds in summary.items()
    }


def run_closed(order: ClosedOrder) -> dict[str, float]:
    """Return requests per second, and per CPU-second of the server; raises NotMeasured."""
    outcome = _run("bench.load", asdict(order), order.warm_seconds + order.seconds)
    _refuse_failures(outcome)
    return {
        "requests_per_second": outcome["requests"] / outcome["seconds"],
        "requests_per_cpu_second": outcome["requests"] / outcome["server_cpu_seconds"],
    }


def _run(module: str, order: dict[str, Any], seconds: float) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", module],
        input=json.dumps(order).encode(),
        capture_output=True,
        cwd=ROOT,
        timeout=seconds + SPARE_SECONDS,
        check=False,
    )
    if done.returncode or done.stderr:
        raise NotMeasured(f"the load generator failed: {done.stderr.decode()[-600:]}")
    outcome: dict[str, Any] = json.loads(done.stdout)
    return outcome


def _refuse_failures(outcome: dict[str, Any]) -> None:
    failed, requests = outcome["errors"] + outcome["abandoned"], outcome["requests"]
    if not requests or failed > MOST_ERRORS * (requests + failed):
        raise NotMeasured(f"{failed} of {requests + failed} requests failed")


def build_bodies(texts: Sequence[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """Return bodies and kinds of texts with their kinds; a query says that it is one. Pure."""
    bodies = [
        json.dumps({"input": text, "input_type": "search" if kind == "query" else "ingest"})
        for kind, text in texts
    ]
    return bodies, [kind for kind, _ in texts]
