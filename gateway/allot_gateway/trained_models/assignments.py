"""A deployment as _start and _update answer it: Elasticsearch's assignment. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from allot_cluster.declared import Deployment
from allot_gateway.humanizing import write_time
from allot_gateway.trained_models.figures import (
    Node,
    choose_routing_state,
    describe_bounds,
    expect_stats,
)
from allot_gateway.view.workloads import ServingPod


def describe_assignment(deployment: Deployment, pods: Sequence[ServingPod]) -> dict[str, Any]:
    """Return the body; a routing_table's nodes are the pods."""
    stats = deployment.stats or expect_stats(deployment)
    count = stats.allocation_status.allocation_count
    model = deployment.status.model
    parameters = {
        "model_id": stats.model_id,
        "deployment_id": stats.deployment_id,
        "model_bytes": model.size_bytes if model else None,
        "threads_per_allocation": stats.num_threads,
        "number_of_allocations": stats.number_of_allocations,
        "queue_capacity": stats.queue_capacity,
        "cache_size": stats.cache_size,
        "priority": stats.priority,
    }
    assignment = {
        "task_parameters": {key: one for key, one in parameters.items() if one is not None},
        "routing_table": {pod.uid: _describe_route(pod) for pod in pods},
        "assignment_state": stats.state,
        "reason": stats.reason,
        "start_time": write_time(stats.start_time) if stats.start_time else None,
        "max_assigned_allocations": count,
        "adaptive_allocations": describe_bounds(stats),
    }
    return {"assignment": {key: one for key, one in assignment.items() if one is not None}}


def _describe_route(pod: ServingPod) -> dict[str, Any]:
    return {
        **choose_routing_state(Node(pod, None)),
        "reason": "",
        "current_allocations": 1,
        "target_allocations": 1,
    }
