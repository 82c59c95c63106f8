"""One turn of one server: the load generator's process is started, and its outcome made figures."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.errors import NotMeasured
from bench.load import Order
from bench.peers.running import Server
from bench.workloads import Text

ROOT = Path(__file__).resolve().parents[1]
# A window is as short as one wishes, but never longer in requests than this.
MOST_REQUESTS = 1_000_000
DRAIN_SECONDS = 30.0
SPARE_SECONDS = 60.0
# Requests that fail are not served: a server is not fast that fails more than one in a hundred.
MOST_ERRORS = 0.01
MILLISECONDS = 1000.0


@dataclass(frozen=True, slots=True)
class Turn:
    """How each server is loaded."""

    clients: int
    warm_seconds: float
    seconds: float


def load_server(server: Server, texts: Sequence[Text], turn: Turn) -> dict[str, float]:
    """Return a turn's figures; raises NotMeasured when the server fails or answers nothing."""
    order = write_order(server, texts, turn)
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        input=json.dumps(asdict(order)).encode(),
        capture_output=True,
        cwd=ROOT,
        timeout=turn.warm_seconds + turn.seconds + DRAIN_SECONDS + SPARE_SECONDS,
        check=False,
    )
    if done.returncode or done.stderr:
        raise NotMeasured(f"the load generator failed: {done.stderr.decode()[-600:]}")
    return read_figures(json.loads(done.stdout))


def write_order(server: Server, texts: Sequence[Text], turn: Turn) -> Order:
    """Return what the load generator is told."""
    return Order(
        port=server.port,
        path=server.peer.path,
        bodies=[server.peer.write_body(text.text).decode() for text in texts],
        kinds=[text.kind for text in texts],
        tokens=[text.tokens for text in texts],
        clients=turn.clients,
        warm_seconds=turn.warm_seconds,
        seconds=turn.seconds,
        most_requests=MOST_REQUESTS,
        drain_seconds=DRAIN_SECONDS,
        server_pid=server.pid,
    )


def read_figures(outcome: dict[str, Any]) -> dict[str, float]:
    """Return rates a second, latencies in milliseconds; raises NotMeasured. Pure."""
    requests, seconds = outcome["requests"], outcome["seconds"]
    failed = outcome["errors"] + outcome["abandoned"]
    if not requests or failed > MOST_ERRORS * (requests + failed):
        raise NotMeasured(f"{failed} of {requests + failed} requests failed")
    cpu = outcome["server_cpu_seconds"]
    percentiles = outcome["percentiles"]
    # Of one kind alone, its latencies are those of all.
    kinds = percentiles if len(percentiles) > len(("all", "one kind")) else ["all"]
    latencies = {
        name_latency(kind, name): value * MILLISECONDS
        for kind in kinds
        for name, value in percentiles[kind].items()
    }
    return {
        "requests_per_second": requests / seconds,
        "requests_per_cpu_second": requests / cpu if cpu else math.nan,
        "tokens_per_second": outcome["tokens"] / seconds,
        **latencies,
        "generator_cores": outcome["generator_cpu_seconds"] / seconds,
        "generator_microseconds": outcome["generator_cpu_seconds"] / requests * 1e6,
    }


def name_latency(kind: str, name: str) -> str:
    """Return p50_latency for all requests together, query_p50_latency for one kind."""
    return f"{name}_latency" if kind == "all" else f"{kind}_{name}_latency"
