"""The gateway without a cluster: its view is filled with one endpoint and some pods.

Started by `bench.gateway`: `python -m bench.gateway.process PORT POD_PORT...`. All else is what
`python -m allot_gateway` runs, an API key and its rights asked for included.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any, cast

import uvloop

from allot_api.names import DEPLOYMENT_PREFIX, MODEL_DEPLOYMENT_LABEL, derived_name
from allot_cluster.interface import Change, ChangeType, Cluster, Manifest
from allot_cluster.resources import (
    DEPLOYMENTS,
    INFERENCE_ENDPOINTS,
    MODEL_DEPLOYMENTS,
    PODS,
    Resource,
)
from allot_gateway.access.mode import Access
from allot_gateway.access.opening import GateSettings, opened_gate
from allot_gateway.serving import build_server, building_parts
from allot_gateway.settings import Settings
from allot_gateway.view.state import WATCHED, View
from bench.gateway.cluster import KeyCluster

NAME = "benchmarked"
NAMESPACE = "default"
RESOURCE_NAME = derived_name(NAME, DEPLOYMENT_PREFIX)


def build(resource: Resource, name: str, spec: dict[str, Any], **metadata: Any) -> Manifest:
    """Return an object as the API server would give it."""
    return {
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "metadata": {
            "namespace": NAMESPACE,
            "name": name,
            "uid": f"{resource.plural}-{name}",
            "resourceVersion": "1",
            "creationTimestamp": "2026-01-01T00:00:00Z",
            **metadata,
        },
        "spec": spec,
    }


def build_pod(port: int) -> Manifest:
    """Return a ready pod on a port of loopback."""
    container = {"name": "runtime", "ports": [{"containerPort": port}]}
    labels = {MODEL_DEPLOYMENT_LABEL: RESOURCE_NAME}
    pod = build(PODS, f"pod-{port}", {"containers": [container]}, labels=labels)
    conditions = [{"type": "Ready", "status": "True"}]
    return {**pod, "status": {"podIP": "127.0.0.1", "conditions": conditions}}


def fill(view: View, pod_ports: list[int]) -> None:
    """Have the view see an endpoint, its deployment and the pods."""
    settings = {"model_id": "any", "num_threads": 1, "num_allocations": len(pod_ports)}
    spec = {
        "task_type": "text_embedding",
        "service": "elasticsearch",
        "service_settings": settings,
    }
    seen: list[tuple[Resource, Manifest]] = [
        (INFERENCE_ENDPOINTS, build(INFERENCE_ENDPOINTS, NAME, spec)),
        (MODEL_DEPLOYMENTS, build(MODEL_DEPLOYMENTS, NAME, settings)),
        (DEPLOYMENTS, build(DEPLOYMENTS, RESOURCE_NAME, {"replicas": len(pod_ports)})),
        *((PODS, build_pod(port)) for port in pod_ports),
    ]
    for resource, manifest in seen:
        view.note(resource, Change(ChangeType.ADDED, manifest))
    for resource in WATCHED:
        view.note(resource, Change(ChangeType.SYNCED, {}))


async def serve(port: int, pod_ports: list[int], cluster: Cluster) -> None:
    """Serve until ended."""
    settings = Settings(port=port)
    view = View()
    fill(view, pod_ports)
    told = asyncio.Event()
    asked = GateSettings(Access.RBAC)
    async with (
        opened_gate(asked, cluster) as gate,
        building_parts(settings, view, cluster, gate, told) as (parts, _),
    ):
        await build_server(settings, parts).serve()


def main() -> None:
    """Read the arguments and serve."""
    port, *pods = map(int, sys.argv[1:])
    uvloop.run(serve(port, pods, cast(Cluster, KeyCluster())))


if __name__ == "__main__":
    main()
