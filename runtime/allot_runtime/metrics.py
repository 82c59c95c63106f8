"""`/metrics` in Prometheus' format: one registry for an application, and none that is global."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from allot_api.terms import ModelState
from allot_runtime.allocation import Allocation
from allot_runtime.counters import Snapshot
from allot_runtime.meters import PREFIX
from allot_runtime.startup import StartPhase
from allot_runtime.threads import read_cpu_share


class AllocationCollector(Collector):
    """Makes metrics of what an allocation counts anyway, when someone asks."""

    def __init__(self, allocation: Allocation) -> None:
        self._allocation = allocation

    def collect(self) -> Iterator[Metric]:
        """Yield every metric."""
        allocation = self._allocation
        yield from _describe_work(allocation.engine.snapshot())
        yield from _describe_state(allocation)
        yield _counter(
            "cpu_throttled_seconds",
            "Seconds in which the CPU quota kept this process from running.",
            read_cpu_share().throttled_seconds,
        )
        labels = {
            "deployment_id": allocation.settings.deployment_id,
            "model_id": allocation.model_id,
            "digest": allocation.digest or "",
        }
        yield InfoMetricFamily(f"{PREFIX}model", "The model that is served; always 1.", labels)


def build_registry(allocation: Allocation) -> CollectorRegistry:
    """Return a registry of its own for one allocation; it is made once and read often."""
    registry = CollectorRegistry()
    allocation.meters.register(registry)
    registry.register(AllocationCollector(allocation))
    ProcessCollector(registry=registry)
    return registry


def _describe_work(snapshot: Snapshot) -> Iterator[Metric]:
    counters = snapshot.counters
    for name, text, value in (
        ("forward_passes", "Forward passes done.", counters.forward_passes),
        ("compute_seconds", "Seconds spent in forward passes.", counters.busy_seconds),
        ("inputs_arrived", "Inputs that were let into the queue.", counters.inputs_arrived),
        ("inputs_done", "Inputs computed.", counters.inputs_done),
        ("inputs_failed", "Inputs whose forward pass failed.", counters.errors),
        ("tokens_arrived", "Tokens that were let into the queue.", counters.tokens_arrived),
        ("tokens_done", "Tokens computed.", counters.tokens_done),
    ):
        yield _counter(name, text, value)
    for name, text, value in (
        ("inputs_waiting", "Inputs that wait in the queue.", snapshot.inputs_waiting),
        ("tokens_waiting", "Tokens that wait in the queue.", snapshot.tokens_waiting),
        ("inputs_running", "Inputs in the forward pass that runs.", snapshot.inputs_running),
    ):
        yield GaugeMetricFamily(f"{PREFIX}{name}", text, value=value)


def _describe_state(allocation: Allocation) -> Iterator[Metric]:
    state = GaugeMetricFamily(
        f"{PREFIX}model_state",
        "1 for the state that the model is in; requests are sent here while it is ready.",
        labels=["state"],
    )
    for one in ModelState:
        state.add_metric([one], float(one is allocation.readiness.state))
    yield state
    start = GaugeMetricFamily(
        f"{PREFIX}start_seconds",
        "Seconds of the start by phase: to import the program and torch, to fetch the model's "
        "files, to load them, to compute the first vector.",
        labels=["phase"],
    )
    measured = allocation.measure_start()
    for phase in StartPhase:
        start.add_metric([phase], measured.get(phase, 0.0))
    yield start
    capacity = allocation.settings.queue_capacity
    yield GaugeMetricFamily(
        f"{PREFIX}queue_capacity_inputs", "Inputs that may wait at once.", value=capacity
    )


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(f"{PREFIX}{name}", text, value=value)
