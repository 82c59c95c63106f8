"""What is recorded as it happens: how requests ended, how long they took, how full passes are.

The instruments are prometheus-client's own, which are safe from any thread. What the engine
counts already is not counted again here: allot_runtime.metrics reads that when it is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from allot_runtime.counters import Pass
from allot_runtime.outcomes import Outcome
from allot_runtime.timeline import Interval, Timeline

PREFIX = "allot_runtime_"
UNKNOWN_TASK = "unknown"

# A query is answered in milliseconds, a bulk in the seconds of its timeout.
REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
TOKENIZATION_SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1)
TOKENS = (8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096)
INPUTS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class WithoutCreation(Collector):
    """An instrument without the times at which its series were made.

    They double the counters' series, and `process_start_time_seconds` says the same for all.
    """

    def __init__(self, instrument: Collector) -> None:
        self._instrument = instrument

    def collect(self) -> Iterator[Metric]:
        """Yield the instrument's metrics."""
        for family in self._instrument.collect():
            family.samples = [one for one in family.samples if not one.name.endswith("_created")]
            yield family


class Meters:
    """The instruments of one allocation."""

    def __init__(self, tasks: Iterable[str]) -> None:
        self._requests = Counter(
            f"{PREFIX}requests",
            "Requests that were answered or given up, by task and by how they ended.",
            ["task", "outcome"],
            registry=None,
        )
        self._durations = Histogram(
            f"{PREFIX}request_duration_seconds",
            "Seconds from a request's arrival to its answer, errors included, by task.",
            ["task"],
            buckets=REQUEST_SECONDS,
            registry=None,
        )
        self._tokenization = Histogram(
            f"{PREFIX}tokenization_duration_seconds",
            "Seconds in which a request's inputs became tokens.",
            buckets=TOKENIZATION_SECONDS,
            registry=None,
        )
        self._waits = Histogram(
            f"{PREFIX}queue_wait_seconds",
            "Seconds that an input waited for its forward pass.",
            buckets=REQUEST_SECONDS,
            registry=None,
        )
        self._batch_tokens = Histogram(
            f"{PREFIX}batch_tokens",
            "Tokens of a forward pass.",
            buckets=TOKENS,
            registry=None,
        )
        self._batch_inputs = Histogram(
            f"{PREFIX}batch_inputs", "Inputs of a forward pass.", buckets=INPUTS, registry=None
        )
        # Series that are there from the start: a rate of what never was is 0, not missing.
        known = (*tasks, UNKNOWN_TASK)
        self._durations_of = {task: self._durations.labels(task) for task in known}
        self._requests_of = {
            (task, outcome): self._requests.labels(task, outcome)
            for task in known
            for outcome in Outcome
        }

    def register(self, registry: CollectorRegistry) -> None:
        """Put the instruments into a registry."""
        for instrument in (
            self._requests,
            self._durations,
            self._tokenization,
            self._waits,
            self._batch_tokens,
            self._batch_inputs,
        ):
            registry.register(WithoutCreation(instrument))

    def record_request(self, timeline: Timeline, outcome: Outcome, ended: float) -> None:
        """Record a request that ended; a body that was not understood has no task."""
        task = timeline.task or UNKNOWN_TASK
        self._requests_of[task, outcome].inc()
        self._durations_of[task].observe(ended - timeline.began)

    def record_tokenization(self, took: Interval) -> None:
        """Record how long a request's inputs took to read."""
        self._tokenization.observe(took.seconds)

    def record_pass(self, done: Pass) -> None:
        """Record a forward pass."""
        self._batch_tokens.observe(done.tokens)
        self._batch_inputs.observe(len(done.waits))
        for seconds in done.waits:
            self._waits.observe(seconds)
