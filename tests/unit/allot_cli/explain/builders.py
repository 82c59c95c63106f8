"""Makers of what `allot explain` reads, with defaults for all that a test does not care about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from allot_api.scaling_decision import Decisions, ScalingDecision
from allot_cli.explain.facts import Deployment, Facts, read_deployment, read_endpoint
from allot_cluster.interface import Manifest

NOW = datetime(2026, 11, 30, 12, 0, 0, tzinfo=UTC)
NAMESPACE = "here"
ADAPTIVE = {"enabled": True, "min_number_of_allocations": 1, "max_number_of_allocations": 4}
INPUTS = {
    "serving_allocations": 2.0,
    "wanted_allocations": 3.0,
    "arriving_tokens_per_second": 2710.0,
    "capacity_tokens_per_second": 1450.0,
    "rises_above_tokens_per_second": 2320.0,
    "falls_below_tokens_per_second": 1160.0,
    "utilization": 0.934,
    "seconds_per_token": 0.00035,
}


def a_condition(kind: str, status: str, reason: str, message: str = "") -> Manifest:
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message,
        "lastTransitionTime": "2026-11-30T11:00:00Z",
    }


def a_status(target: int | None = 3, ready: int = 2, *conditions: Manifest) -> Manifest:
    status: Manifest = {
        "conditions": [
            a_condition("Accepted", "True", "Accepted"),
            a_condition("Ready", "True", "FullyAllocated", "2 of 3 allocations are ready"),
            *conditions,
        ],
        "observedGeneration": 1,
    }
    if target is not None:
        status["deployment_stats"] = {
            "deployment_id": "d",
            "model_id": "e5",
            "num_threads": 1,
            "allocation_status": {
                "allocation_count": ready,
                "target_allocation_count": target,
                "state": "started",
            },
        }
    return status


def a_deployment_manifest(name: str = "d", **fields: Any) -> Manifest:
    """Return a ModelDeployment; fields other than status and metadata are its spec's."""
    status = fields.pop("status", a_status())
    metadata = {"name": name, "namespace": NAMESPACE, **fields.pop("metadata", {})}
    spec = {"model_id": "e5", "adaptive_allocations": ADAPTIVE, **fields}
    return {
        "apiVersion": "inference.allot.dev/v1alpha1",
        "kind": "ModelDeployment",
        "metadata": metadata,
        "spec": {key: value for key, value in spec.items() if value is not None},
        "status": status,
    }


def an_endpoint_manifest(name: str = "e", **fields: Any) -> Manifest:
    """Return an InferenceEndpoint; fields other than status and spec are service_settings."""
    status, spec = fields.pop("status", a_status()), fields.pop("spec", {})
    settings = {"model_id": "e5", "num_threads": 1, "num_allocations": 1, **fields}
    return {
        "apiVersion": "inference.allot.dev/v1alpha1",
        "kind": "InferenceEndpoint",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {
            "task_type": "text_embedding",
            "service": "elasticsearch",
            "service_settings": settings,
            **spec,
        },
        "status": status,
    }


def a_deployment(name: str = "d", **fields: Any) -> Deployment:
    return read_deployment(a_deployment_manifest(name, **fields))


def a_decision(minutes_ago: int = 3, **fields: Any) -> ScalingDecision:
    whole: dict[str, Any] = {
        "at": NOW - timedelta(minutes=minutes_ago),
        "previous": 2,
        "target": 3,
        "reason": "MoreWork",
        "message": "2,710 tokens/s arrive; one allocation does 1,160 at 80%: 3 needed, 2 serving",
        "policy": "work",
        "inputs": INPUTS,
        **fields,
    }
    return ScalingDecision(**whole)


def some_facts(*decisions: ScalingDecision, misread: int = 0, **deployment: Any) -> Facts:
    """Return the facts about a ModelDeployment by its own name."""
    kept = Decisions(decisions, misread) if decisions or misread else None
    return Facts(NAMESPACE, None, a_deployment(**deployment), kept)


def some_endpoint_facts(*decisions: ScalingDecision, status: Manifest | None = None) -> Facts:
    """Return the facts about an endpoint that made its ModelDeployment; both have the status."""
    whole = status or a_status()
    owners = [{"kind": "InferenceEndpoint", "name": "e", "controller": True}]
    made = a_deployment("e-1234", metadata={"ownerReferences": owners}, status=whole)
    endpoint = read_endpoint(an_endpoint_manifest(status=whole))
    return Facts(NAMESPACE, endpoint, made, Decisions(decisions))
