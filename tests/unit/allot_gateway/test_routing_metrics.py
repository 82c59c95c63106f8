from __future__ import annotations

from prometheus_client import CollectorRegistry, generate_latest

from allot_gateway.routing.measures import Measures, PodShare, Reading
from allot_gateway.routing_metrics import RoutingCollector
from allot_gateway.view.state import DeploymentKey

KEY = DeploymentKey("default", "my-elser")
LABELS = 'deployment_id="my-elser",namespace="default"'


def expose() -> str:
    measures = Measures(requests=7, held=3, retried=1)
    measures.cold_starts.begin(0.0)
    measures.cold_starts.end(4.0)
    reading = Reading(measures, 2, 5, 90, (PodShare("pod-1", 1, 40, is_aside=False),))
    registry = CollectorRegistry()
    registry.register(RoutingCollector(lambda: {KEY: reading}))
    return generate_latest(registry).decode()


def test_counts_gauges_and_pods_are_told_by_deployment() -> None:
    text = expose()

    for name, value in {
        "pod_requests_total": 7,
        "held_requests_total": 3,
        "retried_requests_total": 1,
        "broken_answers_total": 0,
        "waiting_requests": 2,
        "waiting_inputs": 5,
    }.items():
        assert f"allot_gateway_{name}{{{LABELS}}} {float(value)}" in text
    assert f'allot_gateway_pod_tokens{{{LABELS},pod="pod-1"}} 40.0' in text


def test_cold_starts_are_a_histogram() -> None:
    text = expose()

    start = "allot_gateway_cold_start_seconds"
    labelled = 'deployment_id="my-elser",le="{}",namespace="default"'
    assert f"{start}_bucket{{{labelled.format('2.5')}}} 0.0" in text
    assert f"{start}_bucket{{{labelled.format('5')}}} 1.0" in text
    assert f"{start}_bucket{{{labelled.format('+Inf')}}} 1.0" in text
    assert f"{start}_sum{{{LABELS}}} 4.0" in text
