"""A real runtime process sends its traces, and does without a receiver that is away."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.fakes.otlp_receiver import running_receiver
from tests.fakes.runtime_process import running_runtime

SPARSE = {
    "model_id": "sparse",
    "source": {"uri": "package://cognition/model"},
    "task_types": ["sparse_embedding"],
}


def test_a_request_is_traced_to_the_receiver_before_the_process_ends(tmp_path: Path) -> None:
    with (
        running_receiver() as receiver,
        running_runtime(
            tmp_path,
            SPARSE,
            OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url,
            OTEL_RESOURCE_ATTRIBUTES="service.name=mine",
            POD_NAME="pod-1",
        ) as runtime,
    ):
        runtime.wait_until_ready()
        runtime.post("/_inference/any", {"input": "mail"})
        runtime.process.send_signal(signal.SIGTERM)
        code = runtime.process.wait(timeout=30)

    assert code == 0
    assert receiver.paths == ["/v1/traces"]
    assert sorted(receiver.span_names()) == [
        "compute", "inference sparse_embedding", "queue", "tokenize",
    ]  # fmt: skip
    told = {"service.name": "mine", "k8s.pod.name": "pod-1", "allot.model_id": "sparse"}
    assert receiver.resource() | told == receiver.resource()


def test_a_receiver_that_is_away_holds_nothing_up(tmp_path: Path) -> None:
    away = "http://127.0.0.1:9"
    with running_runtime(tmp_path, SPARSE, OTEL_EXPORTER_OTLP_ENDPOINT=away) as runtime:
        runtime.wait_until_ready()
        answer = runtime.post("/_inference/any", {"input": "mail"})
        runtime.process.send_signal(signal.SIGTERM)
        code = runtime.process.wait(timeout=10)

    assert (answer.status_code, code) == (200, 0)
