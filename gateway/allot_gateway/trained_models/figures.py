"""`_stats`: what the operator says of a deployment, and what its pods count. Pure.

Elasticsearch's nodes are the pods. What a pod did not say is left out of its node and of the sums:
not known is not zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allot_api.deployment_stats import DeploymentStats
from allot_api.resolve import LEAST_INITIAL_ALLOCATIONS
from allot_api.terms import AllocationState, DeploymentState
from allot_cluster.declared import Deployment
from allot_gateway.trained_models.configs import MILLISECONDS, parse_milliseconds
from allot_gateway.trained_models.rows import Row
from allot_gateway.version import VERSION
from allot_gateway.view.workloads import ServingPod

_NODE_FIELDS = (
    "inference_count",
    "average_inference_time_ms",
    "average_inference_time_ms_excluding_cache_hits",
    "inference_cache_hit_count",
    "last_access",
    "number_of_pending_requests",
    "error_count",
    "rejected_execution_count",
    "timeout_count",
    "start_time",
    "threads_per_allocation",
    "number_of_allocations",
    "peak_throughput_per_minute",
    "throughput_last_minute",
    "average_inference_time_ms_last_minute",
    "inference_cache_hit_count_last_minute",
)
FAILURES = ("error_count", "rejected_execution_count", "timeout_count")
# Told only where they are above 0, as Elasticsearch does.
_SUMS = (*FAILURES, "inference_count")
_PEAK = "peak_throughput_per_minute"


@dataclass(frozen=True, slots=True)
class Node:
    """A pod, and its `/stats`; None where it did not answer."""

    pod: ServingPod
    stats: Mapping[str, Any] | None

    @property
    def counted(self) -> Mapping[str, Any]:
        """Return what it counts; empty where it did not answer."""
        found = (self.stats or {}).get("inference")
        return found if isinstance(found, dict) else {}


def describe_row(row: Row, nodes: Sequence[Node], now: datetime) -> dict[str, Any]:
    """Return one element of trained_model_stats."""
    body: dict[str, Any] = {"model_id": row.model_id}
    model = row.deployment.status.model if row.deployment else None
    if model is not None and model.size_bytes is not None:
        body["model_size_stats"] = {"model_size_bytes": model.size_bytes}
    body["pipeline_count"] = 0
    if row.deployment is None:
        return body
    body["inference_stats"] = {
        "failure_count": sum(_sum(nodes, name) for name in FAILURES),
        "inference_count": _sum(nodes, "inference_count"),
        "cache_miss_count": 0,
        "missing_all_fields_count": 0,
        "timestamp": int(now.timestamp() * MILLISECONDS),
    }
    body["deployment_stats"] = describe_deployment(row.deployment, nodes)
    return body


def describe_deployment(deployment: Deployment, nodes: Sequence[Node]) -> dict[str, Any]:
    """Return deployment_stats, in Elasticsearch's order."""
    stats = deployment.stats or expect_stats(deployment)
    body = {
        "deployment_id": stats.deployment_id,
        "model_id": stats.model_id,
        "threads_per_allocation": stats.num_threads,
        "number_of_allocations": stats.number_of_allocations,
        "adaptive_allocations": describe_bounds(stats),
        "queue_capacity": stats.queue_capacity,
        "state": stats.state,
        "reason": stats.reason,
        "allocation_status": stats.allocation_status.model_dump(mode="json"),
        "cache_size": stats.cache_size,
        "priority": stats.priority,
        "start_time": stats.start_time,
        **{name: _sum(nodes, name) or None for name in _SUMS},
        _PEAK: _sum(nodes, _PEAK),
        "nodes": [describe_node(node) for node in nodes],
    }
    return {name: value for name, value in body.items() if value is not None}


def describe_node(node: Node) -> dict[str, Any]:
    """Return one pod as a node."""
    pod, counted = node.pod, node.counted
    known = {
        name: counted[name] for name in _NODE_FIELDS if isinstance(counted.get(name), int | float)
    }
    return {
        "node": {
            pod.uid: {
                "name": pod.name,
                "ephemeral_id": str((node.stats or {}).get("boot_id", pod.uid)),
                "transport_address": f"{pod.ip}:{pod.port}",
                "external_id": pod.name,
                "attributes": {"kubernetes.node": pod.node},
                "roles": ["ml"],
                "version": VERSION,
            }
        },
        "routing_state": choose_routing_state(node),
        **known,
    }


def choose_routing_state(node: Node) -> dict[str, str]:
    """Return the pod's own word; of one that is silent, whether requests go to it."""
    told = node.counted.get("routing_state")
    if isinstance(told, dict) and "routing_state" in told:
        return {name: str(text) for name, text in told.items()}
    return {"routing_state": "started" if node.pod.is_routable else "starting"}


def describe_bounds(stats: DeploymentStats) -> dict[str, Any] | None:
    """Return the adaptive bounds; None where the number is fixed."""
    bounds = stats.adaptive_allocations
    return None if bounds is None else bounds.model_dump(mode="json", exclude_none=True)


def expect_stats(deployment: Deployment) -> DeploymentStats:
    """Return the statistics of a deployment of which the operator has said nothing yet."""
    settings = deployment.settings
    assert settings is not None  # else it has statistics, or no row
    adaptive = settings.adaptive
    least = max(LEAST_INITIAL_ALLOCATIONS, adaptive.minimum) if adaptive else settings.replicas
    number = settings.num_allocations or least
    bounds = None
    if adaptive is not None:
        bounds = {
            "enabled": True,
            "min_number_of_allocations": adaptive.minimum,
            "max_number_of_allocations": adaptive.maximum,
        }
    return DeploymentStats.model_validate(
        {
            "deployment_id": settings.deployment_id,
            "model_id": settings.model_id,
            "num_threads": settings.num_threads,
            "number_of_allocations": number,
            "adaptive_allocations": bounds,
            "queue_capacity": settings.queue_capacity,
            "state": DeploymentState.STARTING,
            "allocation_status": {
                "allocation_count": 0,
                "target_allocation_count": number,
                "state": AllocationState.STARTING,
            },
            "start_time": parse_milliseconds(deployment.subject.created),
        }
    )


def _sum(nodes: Sequence[Node], name: str) -> int:
    values = (node.counted.get(name) for node in nodes)
    return sum(value for value in values if isinstance(value, int))
