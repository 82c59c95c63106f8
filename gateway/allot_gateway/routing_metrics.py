"""What routing has counted, as Prometheus' metrics, made when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from allot_gateway.routing.cold_starts import BUCKETS, ColdStarts
from allot_gateway.routing.measures import Reading
from allot_gateway.view.state import DeploymentKey

PREFIX = "allot_gateway_"
LABELS = ("namespace", "deployment_id")
COUNTERS = {
    "pod_requests": ("requests", "Requests for a deployment's pods, pieces of bulks each."),
    "held_requests": ("held", "Requests that came while no pod served, and were held."),
    "refused_requests": ("refused", "Requests that were answered 429, since too many waited."),
    "expired_requests": ("expired", "Requests that waited past their deadline."),
    "retried_requests": ("retried", "Requests that were sent once more, to another pod."),
    "broken_answers": ("broken", "Answers of pods that began and did not end."),
}
GAUGES = {
    "waiting_requests": ("waiting_requests", "Requests that wait for a pod now."),
    "waiting_inputs": ("waiting_inputs", "Inputs that wait for a pod now."),
}

Readings = Mapping[DeploymentKey, Reading]


class RoutingCollector(Collector):
    """Reads the router."""

    def __init__(self, read: Callable[[], Readings]) -> None:
        self._read = read

    def describe(self) -> Iterator[Metric]:
        """Yield every metric, without a deployment."""
        return self._collect({})

    def collect(self) -> Iterator[Metric]:
        """Yield every metric of this moment."""
        return self._collect(self._read())

    def _collect(self, readings: Readings) -> Iterator[Metric]:
        for name, (attribute, text) in COUNTERS.items():
            counter = CounterMetricFamily(f"{PREFIX}{name}", text, labels=LABELS)
            for key, reading in readings.items():
                counter.add_metric(_label(key), getattr(reading.measures, attribute))
            yield counter
        for name, (attribute, text) in GAUGES.items():
            gauge = GaugeMetricFamily(f"{PREFIX}{name}", text, labels=LABELS)
            for key, reading in readings.items():
                gauge.add_metric(_label(key), getattr(reading, attribute))
            yield gauge
        yield _describe_pods(readings)
        yield _describe_starts(readings)


def _describe_pods(readings: Readings) -> Metric:
    gauge = GaugeMetricFamily(
        f"{PREFIX}pod_tokens",
        "Tokens that a pod has of this gateway's requests, as they are guessed.",
        labels=(*LABELS, "pod"),
    )
    for key, reading in readings.items():
        for share in reading.pods:
            gauge.add_metric((*_label(key), share.pod), share.tokens)
    return gauge


def _describe_starts(readings: Readings) -> Metric:
    family = HistogramMetricFamily(
        f"{PREFIX}cold_start_seconds",
        "Seconds from the first request that found no pod until one served.",
        labels=LABELS,
    )
    for key, reading in readings.items():
        starts = reading.measures.cold_starts
        family.add_metric(_label(key), _accumulate(starts), starts.seconds)
    return family


def _accumulate(starts: ColdStarts) -> list[tuple[str, float]]:
    """Return the buckets as Prometheus has them: each holds those below it too."""
    bounds = [*(f"{bound:g}" for bound in BUCKETS), "+Inf"]
    totals = [sum(starts.counts[: index + 1]) for index in range(len(bounds))]
    return list(zip(bounds, map(float, totals), strict=True))


def _label(key: DeploymentKey) -> tuple[str, str]:
    return key.namespace, key.deployment_id
