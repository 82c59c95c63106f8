"""The Deployment and the pods behind a ModelDeployment, as far as a router needs them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from allot_cluster.interface import Manifest
from allot_cluster.routing import is_routable

# Of a pod that does not name its port.
RUNTIME_PORT = 8080
RUNTIME_CONTAINER = "runtime"


@dataclass(frozen=True, slots=True)
class Workload:
    """An apps/v1 Deployment: its name, how many pods it is to have, and the version of both."""

    name: str
    replicas: int
    resource_version: str


@dataclass(frozen=True, slots=True)
class ServingPod:
    """One model pod; `is_routable` as `allot_cluster.routing` has it."""

    uid: str
    namespace: str
    name: str
    ip: str
    port: int
    node: str
    is_routable: bool


def read_workload(manifest: Manifest) -> Workload:
    """Return the Deployment of a manifest."""
    metadata = manifest["metadata"]
    replicas = manifest["spec"].get("replicas", 1)
    return Workload(metadata["name"], replicas, metadata["resourceVersion"])


def read_pod(manifest: Manifest) -> ServingPod:
    """Return the pod of a manifest; one without an address is not routable."""
    metadata, spec = manifest["metadata"], manifest.get("spec", {})
    ip = manifest.get("status", {}).get("podIP", "")
    return ServingPod(
        uid=metadata["uid"],
        namespace=metadata.get("namespace", ""),
        name=metadata["name"],
        ip=ip,
        port=_find_port(spec),
        node=spec.get("nodeName", ""),
        is_routable=bool(ip) and is_routable(manifest),
    )


def _find_port(spec: Manifest) -> int:
    containers: list[Manifest] = spec.get("containers", [])
    ports = [
        port["containerPort"]
        for container in containers
        if container.get("name") == RUNTIME_CONTAINER
        for port in container.get("ports", ())
    ]
    return int(ports[0]) if ports else RUNTIME_PORT
