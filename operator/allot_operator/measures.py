"""What the operator counts for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

PASS_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)


class Measures:
    """The metrics of one operator, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.passes = Counter(
            "allot_operator_passes_total",
            "Passes over an object, by kind and outcome (done, again, failed).",
            ["kind", "outcome"],
            registry=self.registry,
        )
        self.pass_seconds = Histogram(
            "allot_operator_pass_seconds",
            "Duration of passes, by kind.",
            ["kind"],
            buckets=PASS_BUCKETS,
            registry=self.registry,
        )
        self.waiting = Gauge(
            "allot_operator_keys_waiting",
            "Objects that wait to be looked at.",
            registry=self.registry,
        )
        self.leading = Gauge(
            "allot_operator_leading",
            "1 while this replica holds the Lease, else 0.",
            registry=self.registry,
        )
        self.pods_asked = Gauge(
            "allot_operator_pods_asked",
            "Model pods that are asked for their statistics in each round.",
            registry=self.registry,
        )

    def expose(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self.registry)
