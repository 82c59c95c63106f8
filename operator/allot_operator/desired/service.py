"""The Service before the pods of a ModelDeployment."""

from __future__ import annotations

from allot_api.names import model_labels
from allot_cluster.interface import Manifest
from allot_cluster.resources import SERVICES
from allot_cluster.subjects import Subject
from allot_operator.desired.deployment import choose_resource_name
from allot_operator.desired.ownership import build_object, build_selector
from allot_operator.words import HTTP_PORT, SERVICE_PORT


def build_service(owner: Subject, deployment_id: str) -> Manifest:
    """Return a Service that spreads connections over the ready pods."""
    name = choose_resource_name(deployment_id)
    port = {"name": HTTP_PORT, "port": SERVICE_PORT, "targetPort": HTTP_PORT, "protocol": "TCP"}
    spec = {"type": "ClusterIP", "selector": build_selector(name), "ports": [port]}
    return build_object(SERVICES, name, owner, model_labels(name), spec)


def build_service_url(namespace: str, deployment_id: str) -> str:
    """Return the URL of the Service, for programs in the cluster."""
    return f"http://{choose_resource_name(deployment_id)}.{namespace}.svc"
