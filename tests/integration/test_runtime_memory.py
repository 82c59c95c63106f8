"""The memory of a real runtime stays within the limit that its pod would have.

With -s the figures are shown, which docs/pods.md states; QUEUE=10000 fills a queue of the default
capacity, which takes a minute.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import yaml

from allot_api.trained_model import TrainedModelSpec
from allot_operator.desired.memory import choose_memory_limit_mebibytes, choose_memory_mebibytes
from allot_operator.desired.quantities import MEBIBYTE
from tests.fakes.runtime_process import RuntimeProcess, running_runtime

MODELS = Path(__file__).resolve().parents[2] / "manifests" / "models" / "offline"
CAPACITY = int(os.environ.get("QUEUE", "2000"))
INPUTS_A_REQUEST = 40
# Each word is one token or more, so that every input is cut at 256 tokens.
LONG_TEXT = " ".join(["inference"] * 300)


def test_a_full_queue_of_the_longest_texts_stays_within_the_limit(tmp_path: Path) -> None:
    model = yaml.safe_load((MODELS / "multilingual-e5-small.yaml").read_text())["spec"]
    spec = TrainedModelSpec.model_validate(model)
    request = choose_memory_mebibytes(spec, 1)
    limit = choose_memory_limit_mebibytes(spec, 1, CAPACITY)
    assert limit is not None
    with running_runtime(tmp_path, model, ALLOT_QUEUE_CAPACITY=str(CAPACITY)) as runtime:
        runtime.wait_until_ready()
        idle = measure(runtime)
        asyncio.run(ask(runtime, requests=1, inputs=INPUTS_A_REQUEST))
        serving = measure(runtime)
        queued = fill_queue(runtime)

    sys.stdout.write(
        f"\nRSS in MiB: {idle:.0f} ready, {serving:.0f} serving full batches, {queued:.0f} with "
        f"{CAPACITY} inputs waiting; request {request}, limit {limit}\n"
    )
    assert serving < request
    assert queued < limit


def measure(runtime: RuntimeProcess) -> float:
    """Return the resident memory in MiB."""
    return float(psutil.Process(runtime.process.pid).memory_info().rss / MEBIBYTE)


async def ask(runtime: RuntimeProcess, *, requests: int, inputs: int) -> None:
    """Send so many requests at once."""
    body: dict[str, Any] = {"input": [LONG_TEXT] * inputs}
    limits = httpx.Limits(max_connections=requests)
    async with httpx.AsyncClient(trust_env=False, timeout=60, limits=limits) as client:
        url = f"{runtime.url}/_inference/text_embedding/x"
        answers = await asyncio.gather(*(client.post(url, json=body) for _ in range(requests)))
    assert {answer.status_code for answer in answers} == {httpx.codes.OK}


def fill_queue(runtime: RuntimeProcess) -> float:
    """Return the largest memory seen while the queue fills."""

    def send() -> None:
        # The process is ended before it has answered them all.
        with suppress(httpx.TransportError):
            asyncio.run(
                ask(runtime, requests=CAPACITY // INPUTS_A_REQUEST, inputs=INPUTS_A_REQUEST)
            )

    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    largest = waiting = 0.0
    while waiting < 0.9 * CAPACITY:
        waiting = runtime.get("/stats").json()["inference"]["number_of_pending_requests"]
        largest = max(largest, measure(runtime))
        assert sender.is_alive()
    return largest
