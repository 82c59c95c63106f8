"""The Deployment of a ModelDeployment: one pod is one allocation."""

from __future__ import annotations

from typing import Any

from allot_api.names import DEPLOYMENT_PREFIX, derived_name, model_labels
from allot_api.pod_settings import dump_pod_settings
from allot_api.resolve import DeploymentSettings
from allot_api.terms import ElementType
from allot_api.trained_model import TrainedModelSpec
from allot_cluster.interface import Manifest
from allot_cluster.resources import DEPLOYMENTS
from allot_cluster.subjects import Subject
from allot_operator.desired.container import build_container, build_volumes, dump_model
from allot_operator.desired.fingerprints import fingerprint
from allot_operator.desired.merging import merge_annotations, merge_labels, merge_pod_spec
from allot_operator.desired.ownership import build_object, build_selector
from allot_operator.desired.source_access import build_source_volumes
from allot_operator.words import (
    MODEL_ANNOTATION,
    SETTINGS_ANNOTATION,
    TEMPLATE_ANNOTATION,
)

# 5 s in which a pod that leaves still accepts, then what it has: long texts take seconds each.
GRACE_PERIOD_SECONDS = 60
# After this long without a step forward a rollout counts as failed.
PROGRESS_DEADLINE_SECONDS = 600
REVISION_HISTORY = 3
# The group that owns a mounted claim, so that a process without root can write to it.
FILE_SYSTEM_GROUP = 65532


def choose_resource_name(deployment_id: str) -> str:
    """Return the name of the Deployment, Service and budget of a deployment id."""
    return derived_name(deployment_id, DEPLOYMENT_PREFIX)


def build_deployment(
    owner: Subject, settings: DeploymentSettings, model: TrainedModelSpec, image: str
) -> Manifest:
    """Return the Deployment without `spec.replicas`, which is decided elsewhere."""
    name = choose_resource_name(settings.deployment_id)
    spec = {
        "selector": {"matchLabels": build_selector(name)},
        "strategy": {
            "type": "RollingUpdate",
            "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0},
        },
        "progressDeadlineSeconds": PROGRESS_DEADLINE_SECONDS,
        "revisionHistoryLimit": REVISION_HISTORY,
        "template": _template(name, settings, model, image),
    }
    return build_object(DEPLOYMENTS, name, owner, model_labels(name), spec)


def fingerprint_settings(settings: DeploymentSettings, model: TrainedModelSpec) -> str:
    """Return the hash of what users chose and pods depend on; allocations are not among it.

    An empty pod block and the element_type float are left out, so that settings without them have
    the hash that there was before they could be chosen.
    """
    chosen: dict[str, Any] = {
        "deployment_id": settings.deployment_id,
        "model": dump_model(model),
        "num_threads": settings.num_threads,
        "queue_capacity": settings.queue_capacity,
        "cpu_limit": settings.cpu_limit.value,
        "cache": settings.cache.model_dump(mode="json", exclude_none=True),
    }
    if settings.element_type is not ElementType.FLOAT:
        chosen["element_type"] = settings.element_type.value
    if block := dump_pod_settings(settings.pod):
        chosen["pod"] = block
    return fingerprint(chosen)


def fingerprint_model(model: TrainedModelSpec) -> str:
    """Return the hash of the model alone."""
    return fingerprint(dump_model(model))


def _template(
    name: str, settings: DeploymentSettings, model: TrainedModelSpec, image: str
) -> dict[str, Any]:
    pod = settings.pod
    spec = merge_pod_spec(_pod_spec(name, settings, model, image), pod, build_selector(name))
    annotations = {
        SETTINGS_ANNOTATION: fingerprint_settings(settings, model),
        MODEL_ANNOTATION: fingerprint_model(model),
        TEMPLATE_ANNOTATION: fingerprint(spec),
    }
    return {
        "metadata": {
            "labels": merge_labels(model_labels(name), pod),
            "annotations": merge_annotations(annotations, pod),
        },
        "spec": spec,
    }


def _pod_spec(
    name: str, settings: DeploymentSettings, model: TrainedModelSpec, image: str
) -> dict[str, Any]:
    security: dict[str, Any] = {
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    if settings.cache.persistent_volume_claim is not None:
        security["fsGroup"] = FILE_SYSTEM_GROUP
    return {
        "containers": [build_container(settings, model, image)],
        "volumes": [*build_volumes(settings.cache), *build_source_volumes(model.source)],
        "securityContext": security,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": GRACE_PERIOD_SECONDS,
        "topologySpreadConstraints": [
            _spread(name, "kubernetes.io/hostname"),
            _spread(name, "topology.kubernetes.io/zone"),
        ],
    }


def _spread(name: str, topology_key: str) -> dict[str, Any]:
    return {
        "maxSkew": 1,
        "topologyKey": topology_key,
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": build_selector(name)},
    }
