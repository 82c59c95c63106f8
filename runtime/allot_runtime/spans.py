"""A request's timeline as OpenTelemetry spans, made when it has ended.

    inference text_embedding     arrival ─────────────────────────────► answer
      tokenize                      ├──┤
      queue                            ├────────┤
      compute                                   ├──────────────────┤

The timeline is on the monotonic clock, and spans are in nanoseconds since 1970: both clocks are
read when the spans are made, so that a clock that was set meanwhile moves all of them alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from allot_runtime.clock import epoch_nanoseconds, monotonic_seconds
from allot_runtime.outcomes import Outcome
from allot_runtime.timeline import Interval, Timeline

FLUSH_MILLISECONDS = 2000
# What this server is to blame for; the rest is its clients' to mend or to try again.
FAULTS = {Outcome.FAILED, Outcome.TIMEOUT, Outcome.NOT_READY}


class SpanTracer:
    """Makes spans of requests that have ended."""

    def __init__(
        self,
        provider: TracerProvider,
        monotonic: Callable[[], float] = monotonic_seconds,
        epoch: Callable[[], int] = epoch_nanoseconds,
    ) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("allot_runtime")
        self._propagator = TraceContextTextMapPropagator()
        self._monotonic = monotonic
        self._epoch = epoch

    def record(
        self, timeline: Timeline, outcome: Outcome, ended: float, headers: Mapping[str, str]
    ) -> None:
        """Make spans of a request: one for all of it, one for each part that it reached."""
        caller = {name: headers[name] for name in ("traceparent", "tracestate") if name in headers}
        # An empty context, not the current one: a request without a caller begins a trace.
        parent = self._propagator.extract(caller, Context())
        shift = self._epoch() - _nanoseconds(self._monotonic())
        span = self._tracer.start_span(
            f"inference {timeline.task or 'unknown'}",
            parent,
            kind=SpanKind.SERVER,
            attributes=_describe(timeline, outcome),
            start_time=_nanoseconds(timeline.began) + shift,
        )
        if outcome in FAULTS:
            span.set_status(StatusCode.ERROR, outcome)
        within = set_span_in_context(span, parent)
        for name, part in (
            ("tokenize", timeline.tokenizing),
            ("queue", timeline.waiting),
            ("compute", timeline.computing),
        ):
            if part is not None:
                self._record_part(name, part, within, shift)
        span.end(_nanoseconds(ended) + shift)

    def end(self) -> None:
        """Send what is not sent yet; blocks for some seconds at most."""
        self._provider.force_flush(FLUSH_MILLISECONDS)
        self._provider.shutdown()

    def _record_part(self, name: str, part: Interval, within: Context, shift: int) -> None:
        span = self._tracer.start_span(name, within, start_time=_nanoseconds(part.began) + shift)
        span.end(_nanoseconds(part.ended) + shift)


def build_otlp_tracer(identity: Mapping[str, str]) -> SpanTracer:
    """Return a tracer that sends to where OpenTelemetry's variables say, in batches."""
    known = {name: value for name, value in identity.items() if value}
    # What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say goes before what we know.
    told = OTELResourceDetector().detect().attributes
    resource = Resource.create({**known, **told})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return SpanTracer(provider)


def _describe(timeline: Timeline, outcome: Outcome) -> dict[str, str | int]:
    described: dict[str, str | int] = {"allot.outcome": outcome.value}
    if timeline.task:
        described["allot.task"] = timeline.task.value
    if timeline.inputs:
        described["allot.inputs"] = timeline.inputs
    if timeline.tokens:
        described["allot.tokens"] = timeline.tokens
    return described


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1e9)
