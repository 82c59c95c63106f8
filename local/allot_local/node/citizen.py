"""The Node and its Lease, as documents. Pure."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from typing import Any

from allot_local.node.context import Settings

LEASE_SECONDS = 40
RENEW_SECONDS = 10.0
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
KUBELET_VERSION = "v1.36.3"


def architecture(machine: str) -> str:
    """Return Kubernetes' word for the machine's architecture."""
    return ARCHITECTURES.get(machine, machine)


def build_node(settings: Settings) -> dict[str, Any]:
    """Return the Node to register."""
    arch = architecture(platform.machine())
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": settings.name,
            "labels": {
                "kubernetes.io/hostname": settings.name,
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": arch,
            },
        },
        "spec": {},
    }


def build_node_status(settings: Settings, before: Mapping[str, Any], now: str) -> dict[str, Any]:
    """Return the Node's status; conditions keep their transition time while they hold."""
    return {
        "addresses": [
            {"type": "InternalIP", "address": "127.0.0.1"},
            {"type": "Hostname", "address": settings.name},
        ],
        "capacity": dict(settings.allocatable),
        "allocatable": dict(settings.allocatable),
        "conditions": [
            node_condition(before, type_, status, reason, now)
            for type_, status, reason in (
                ("Ready", "True", "KubeletReady"),
                ("MemoryPressure", "False", "KubeletHasSufficientMemory"),
                ("DiskPressure", "False", "KubeletHasNoDiskPressure"),
                ("PIDPressure", "False", "KubeletHasSufficientPID"),
            )
        ],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": settings.port}},
        "nodeInfo": {
            "architecture": architecture(platform.machine()),
            "operatingSystem": "linux",
            "kernelVersion": platform.release(),
            "osImage": "processes of this machine",
            "containerRuntimeVersion": "process://1",
            "kubeletVersion": KUBELET_VERSION,
            "kubeProxyVersion": "",
            "bootID": "",
            "machineID": "",
            "systemUUID": "",
        },
    }


def node_condition(
    before: Mapping[str, Any], type_: str, status: str, reason: str, now: str
) -> dict[str, Any]:
    """Return one condition of the Node."""
    known = {one["type"]: one for one in before.get("conditions", [])}
    found = known.get(type_)
    is_same = found is not None and found["status"] == status
    return {
        "type": type_,
        "status": status,
        "reason": reason,
        "message": f"kubelet: {reason}",
        "lastHeartbeatTime": now,
        "lastTransitionTime": found["lastTransitionTime"] if found and is_same else now,
    }


def build_lease(settings: Settings, node_uid: str, now_micro: str) -> dict[str, Any]:
    """Return the node's Lease, renewed at `now_micro` (RFC 3339 with microseconds)."""
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {
            "name": settings.name,
            "namespace": "kube-node-lease",
            "ownerReferences": [
                {"apiVersion": "v1", "kind": "Node", "name": settings.name, "uid": node_uid}
            ],
        },
        "spec": {
            "holderIdentity": settings.name,
            "leaseDurationSeconds": LEASE_SECONDS,
            "renewTime": now_micro,
        },
    }
