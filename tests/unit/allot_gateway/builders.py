"""Makers of what a gateway reads from the cluster, with defaults for what a test does not name."""

from __future__ import annotations

from typing import Any

from allot_api.names import DEPLOYMENT_PREFIX, MODEL_DEPLOYMENT_LABEL, derived_name
from allot_cluster.interface import Manifest
from allot_cluster.resources import (
    INFERENCE_ENDPOINTS,
    MODEL_DEPLOYMENTS,
    PODS,
    TRAINED_MODELS,
    Resource,
)

NAMESPACE, SHARED = "default", "allot-system"
CREATED = "2026-01-01T00:00:00Z"
E5, ELSER, RERANK, OWN = ".multilingual-e5-small", ".elser_model_2", ".rerank-v1", "my-own"


def an_object(resource: Resource, name: str, spec: dict[str, Any], **metadata: Any) -> Manifest:
    return {
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "metadata": {
            "name": name,
            "namespace": NAMESPACE,
            "creationTimestamp": CREATED,
            **metadata,
        },
        "spec": spec,
    }


def a_model(name: str, model_id: str, task: str, **spec: Any) -> Manifest:
    whole = {"model_id": model_id, "source": {"uri": "file:///w"}, "task_types": [task], **spec}
    return an_object(TRAINED_MODELS, name, whole, namespace=SHARED)


def the_models() -> list[Manifest]:
    """The three that Elasticsearch brings, and a dense one of one's own."""
    return [
        a_model("elser", ELSER, "sparse_embedding", aliases=[".elser_model_2_linux-x86_64"]),
        a_model("e5", E5, "text_embedding", dimensions=384),
        a_model("rerank", RERANK, "rerank"),
        a_model("own", OWN, "text_embedding"),
    ]


def an_endpoint_spec(**settings: Any) -> dict[str, Any]:
    """Return the spec of an endpoint for E5; keyword arguments are its service_settings."""
    return {
        "task_type": "text_embedding",
        "service": "elasticsearch",
        "service_settings": {"model_id": E5, "num_threads": 1, "num_allocations": 1, **settings},
    }


def an_endpoint(name: str, spec: dict[str, Any] | None = None, **metadata: Any) -> Manifest:
    return an_object(INFERENCE_ENDPOINTS, name, spec or an_endpoint_spec(), **metadata)


def a_condition(kind: str, status: str, reason: str, message: str = "") -> dict[str, Any]:
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message,
        "lastTransitionTime": CREATED,
    }


def some_stats(spec: dict[str, Any], ready: int = 1, target: int = 1, **more: Any) -> Any:
    """Return a ModelDeployment's deployment_stats as the operator writes them."""
    state = "starting" if not ready else "started" if ready < target else "fully_allocated"
    adaptive = spec.get("adaptive_allocations")
    return {
        "deployment_id": spec["deployment_id"],
        "model_id": spec["model_id"],
        "num_threads": spec.get("num_threads", 1),
        "threads_per_allocation": spec.get("num_threads", 1),
        "number_of_allocations": target,
        **({"adaptive_allocations": adaptive} if adaptive else {}),
        "queue_capacity": 10_000,
        "state": "started" if ready or not target else "starting",
        "allocation_status": {
            "allocation_count": ready,
            "target_allocation_count": target,
            "state": state,
        },
        "cache_size": "0b",
        "priority": "normal",
        "start_time": 1_767_225_600_000,
        **more,
    }


def a_deployment(deployment_id: str, model_id: str = ELSER, **spec: Any) -> Manifest:
    """Return a ModelDeployment that serves as many allocations as it wants: keyword `ready`."""
    ready, target = spec.pop("ready", 1), spec.pop("target", 1)
    stats, metadata = spec.pop("stats", {}), spec.pop("metadata", {})
    whole = {"deployment_id": deployment_id, "model_id": model_id, "num_threads": 1, **spec}
    made = an_object(MODEL_DEPLOYMENTS, derived_name(deployment_id), whole, **metadata)
    made["status"] = {
        "observedGeneration": 1,
        "conditions": [a_condition("Accepted", "True", "Accepted")],
        "deployment_stats": some_stats(whole, ready, target, **stats),
        "model": {"model_id": model_id, "size_bytes": 470_641_600, "dimensions": 384},
    }
    return made


def a_pod(deployment_id: str, name: str = "pod-1", *, ready: bool = True) -> Manifest:
    label = derived_name(deployment_id, DEPLOYMENT_PREFIX)
    labels = {MODEL_DEPLOYMENT_LABEL: label, "app.kubernetes.io/managed-by": "allot"}
    pod = an_object(PODS, name, {"nodeName": "node-1"}, labels=labels, uid=f"uid-{name}")
    state = "True" if ready else "False"
    pod["status"] = {"podIP": "127.9.9.1", "conditions": [{"type": "Ready", "status": state}]}
    return pod
