"""Requests as traces: their parts, their callers, and nothing where nobody asked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from allot_api.terms import TaskType
from allot_runtime.outcomes import Outcome
from allot_runtime.spans import SpanTracer
from allot_runtime.timeline import Interval, Timeline
from allot_runtime.tracing import build_tracer, is_tracing_wanted
from tests.fakes.echo_allocation import a_served_model
from tests.fakes.echo_model import POISON

PATH = "/_inference/text_embedding/any"
TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class Traced:
    """A tracer whose spans stay here; its clocks say 100 s and a round number of nanoseconds."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self._provider = TracerProvider(shutdown_on_exit=False)
        self._provider.add_span_processor(SimpleSpanProcessor(self._exporter))

    def at_a_fixed_time(self) -> SpanTracer:
        """Return a tracer for timelines that a test writes."""
        return SpanTracer(self._provider, lambda: 100.0, lambda: 5_000_000_000_000)

    def live(self) -> SpanTracer:
        """Return a tracer for requests that are made."""
        return SpanTracer(self._provider)

    def spans(self) -> Sequence[ReadableSpan]:
        """Return what was traced, the whole request last."""
        return self._exporter.get_finished_spans()


def a_timeline() -> Timeline:
    timeline = Timeline(90.0, TaskType.TEXT_EMBEDDING, inputs=2, tokens=7)
    timeline.tokenizing = Interval(91.0, 92.0)
    timeline.queued_at = 92.0
    timeline.computing = Interval(94.0, 98.0)
    return timeline


def test_a_request_is_a_span_and_its_parts_are_within() -> None:
    traced = Traced()

    traced.at_a_fixed_time().record(a_timeline(), Outcome.OK, 99.0, {})

    *parts, whole = traced.spans()
    assert (whole.name, whole.kind, whole.parent) == (
        "inference text_embedding",
        SpanKind.SERVER,
        None,
    )
    assert whole.attributes == {
        "allot.outcome": "ok",
        "allot.task": "text_embedding",
        "allot.inputs": 2,
        "allot.tokens": 7,
    }
    assert {part.parent.span_id for part in parts if part.parent} == {whole.context.span_id}
    times = {span.name: (span.start_time, span.end_time) for span in traced.spans()}
    second = 1_000_000_000
    assert times == {
        "inference text_embedding": (4990 * second, 4999 * second),
        "tokenize": (4991 * second, 4992 * second),
        "queue": (4992 * second, 4994 * second),
        "compute": (4994 * second, 4998 * second),
    }


def test_parts_that_were_not_reached_have_no_span() -> None:
    traced = Traced()

    traced.at_a_fixed_time().record(Timeline(90.0), Outcome.INVALID, 91.0, {})

    (whole,) = traced.spans()
    assert (whole.name, whole.status.status_code) == ("inference unknown", StatusCode.UNSET)
    assert whole.attributes == {"allot.outcome": "invalid"}


@pytest.mark.parametrize("outcome", Outcome)
def test_only_what_the_server_is_to_blame_for_is_an_error(outcome: Outcome) -> None:
    traced = Traced()

    traced.at_a_fixed_time().record(a_timeline(), outcome, 99.0, {})

    is_error = traced.spans()[-1].status.status_code is StatusCode.ERROR
    assert is_error == (outcome in {Outcome.FAILED, Outcome.TIMEOUT, Outcome.NOT_READY})


async def ask(client: httpx.AsyncClient, text: str, traceparent: str | None = None) -> None:
    headers = {"traceparent": traceparent} if traceparent else {}
    await client.post(PATH, json={"input": text}, headers=headers)


async def test_a_callers_trace_is_taken_over(tmp_path: Path) -> None:
    traced = Traced()
    async with a_served_model(tmp_path, tracer=traced.live()) as (_, client):
        await ask(client, "a b", f"00-{TRACE}-{CALLER}-01")

    *parts, whole = traced.spans()
    assert [part.name for part in parts] == ["tokenize", "queue", "compute"]
    assert {f"{span.context.trace_id:032x}" for span in traced.spans()} == {TRACE}
    assert whole.parent is not None
    assert f"{whole.parent.span_id:016x}" == CALLER
    for part in parts:
        assert whole.start_time <= part.start_time <= part.end_time <= whole.end_time


async def test_a_caller_who_does_not_sample_is_not_traced(tmp_path: Path) -> None:
    traced = Traced()
    async with a_served_model(tmp_path, tracer=traced.live()) as (_, client):
        await ask(client, "a", f"00-{TRACE}-{CALLER}-00")

    assert traced.spans() == ()


@pytest.mark.parametrize("traceparent", [None, "", "nonsense", f"00-{'0' * 32}-{CALLER}-01"])
async def test_a_request_without_a_caller_begins_a_trace(
    tmp_path: Path, traceparent: str | None
) -> None:
    traced = Traced()
    async with a_served_model(tmp_path, tracer=traced.live()) as (_, client):
        await ask(client, "a", traceparent)
        await ask(client, POISON, traceparent)

    wholes = [span for span in traced.spans() if span.parent is None]
    assert [span.status.status_code for span in wholes] == [StatusCode.UNSET, StatusCode.ERROR]
    assert len({span.context.trace_id for span in wholes}) == 2


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_SDK_DISABLED": "true"}, False),
    ],
)
def test_a_receiver_is_what_asks_for_traces(environment: dict[str, str], expected: bool) -> None:
    assert is_tracing_wanted(environment) is expected


def test_without_a_receiver_there_is_no_tracer() -> None:
    assert build_tracer({}, {}) is None
