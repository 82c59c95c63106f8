"""What the gateway records as it happens, for Prometheus."""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.registry import Collector

PREFIX = "allot_gateway_"
# A query is answered in milliseconds, a bulk in the seconds of its timeout.
REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
UNKNOWN = ""


class Meters:
    """The instruments of one gateway; the labels name only endpoints that exist.

    What others count anyway comes in by `collectors`.
    """

    def __init__(self, *collectors: Collector) -> None:
        self.registry = CollectorRegistry()
        for collector in collectors:
            self.registry.register(collector)
        self._requests = Counter(
            f"{PREFIX}requests",
            "Requests for inference that were answered, by endpoint and HTTP status.",
            ["namespace", "inference_id", "status"],
            registry=self.registry,
        )
        self._durations = Histogram(
            f"{PREFIX}request_duration_seconds",
            "Seconds from a request's arrival to its answer, errors included, by endpoint.",
            ["namespace", "inference_id"],
            buckets=REQUEST_SECONDS,
            registry=self.registry,
        )
        ProcessCollector(registry=self.registry)
        # To find a series by its labels takes a lock and a check of each of them.
        self._count_of: dict[tuple[str, str, int], Counter] = {}
        self._duration_of: dict[tuple[str, str], Histogram] = {}

    def record(self, namespace: str, inference_id: str, status: int, seconds: float) -> None:
        """Record one request for inference; `inference_id` is empty where there is no endpoint."""
        count = self._count_of.get((namespace, inference_id, status))
        duration = self._duration_of.get((namespace, inference_id))
        if count is None or duration is None:
            count = self._requests.labels(namespace, inference_id, str(status))
            duration = self._durations.labels(namespace, inference_id)
            self._count_of[namespace, inference_id, status] = count
            self._duration_of[namespace, inference_id] = duration
        count.inc()
        duration.observe(seconds)

    def expose(self) -> bytes:
        """Return all of it in Prometheus' text format."""
        return generate_latest(self.registry)
