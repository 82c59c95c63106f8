"""`/metrics` in Prometheus' format, read from the same counters as `/stats`."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from allot_runtime.allocation import Allocation
from allot_runtime.counters import Snapshot
from allot_runtime.threads import read_cpu_share

PREFIX = "allot_runtime_"


class AllocationCollector(Collector):
    """Makes metrics of an allocation's counters when someone asks."""

    def __init__(self, allocation: Allocation) -> None:
        self._allocation = allocation

    def collect(self) -> Iterator[Metric]:
        """Yield every metric."""
        allocation = self._allocation
        snapshot = allocation.engine.snapshot()
        yield from _counters(snapshot)
        yield _gauge("inputs_waiting", "Inputs that wait for a pass", snapshot.inputs_waiting)
        yield _gauge("tokens_waiting", "Tokens that wait for a pass", snapshot.tokens_waiting)
        ready = float(allocation.readiness.is_ready)
        yield _gauge("ready", "1 when /readyz answers 200", ready)
        throttled = read_cpu_share().throttled_seconds
        yield _counter("cpu_throttled_seconds", "Seconds held back by the CPU quota", throttled)
        labels = {
            "deployment_id": allocation.settings.deployment_id,
            "model_id": allocation.model_id,
            "digest": allocation.digest or "",
        }
        yield InfoMetricFamily(f"{PREFIX}model", "The model that is served", labels)


def build_registry(allocation: Allocation) -> CollectorRegistry:
    """Return a registry of its own for one allocation."""
    registry = CollectorRegistry()
    registry.register(AllocationCollector(allocation))
    return registry


def _counters(snapshot: Snapshot) -> Iterator[Metric]:
    counters = snapshot.counters
    yield _counter("forward_passes", "Forward passes done", counters.forward_passes)
    yield _counter("inputs_arrived", "Inputs admitted to the queue", counters.inputs_arrived)
    yield _counter("inputs_done", "Inputs computed", counters.inputs_done)
    yield _counter("tokens_arrived", "Tokens admitted to the queue", counters.tokens_arrived)
    yield _counter("tokens_done", "Tokens computed", counters.tokens_done)
    yield _counter("busy_seconds", "Seconds spent in forward passes", counters.busy_seconds)
    yield _counter("errors", "Inputs whose forward pass failed", counters.errors)
    yield _counter("rejected", "Requests refused by a full queue", counters.rejected)
    yield _counter("timeouts", "Requests that were not done in time", counters.timeouts)


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(f"{PREFIX}{name}", text, value=value)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"{PREFIX}{name}", text, value=value)
