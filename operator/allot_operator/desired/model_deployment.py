"""The ModelDeployment that an endpoint makes for itself."""

from __future__ import annotations

from typing import Any

from allot_api.names import MANAGED_BY, MANAGED_BY_LABEL, derived_name
from allot_api.pod_settings import dump_pod_settings
from allot_api.resolve import AdaptiveSettings, EmbeddingOptions, EndpointSettings
from allot_api.scaling import dump_scaling
from allot_api.terms import ElementType, UpgradePolicy
from allot_cluster.interface import Manifest
from allot_cluster.resources import MODEL_DEPLOYMENTS
from allot_cluster.subjects import Subject
from allot_operator.desired.ownership import build_object


def build_model_deployment(owner: Subject, settings: EndpointSettings) -> Manifest:
    """Return the ModelDeployment of an endpoint that attaches to none.

    `replicas` is not among its fields: it belongs to whoever scales by the scale path.
    """
    spec: dict[str, Any] = {
        "deployment_id": settings.inference_id,
        "model_id": settings.model_id,
        "num_threads": settings.num_threads,
    }
    if settings.num_allocations is not None:
        spec["num_allocations"] = settings.num_allocations
    if settings.adaptive is not None:
        spec["adaptive_allocations"] = _adaptive(settings.adaptive)
    if scaling := dump_scaling(settings.scaling):
        spec["scaling"] = scaling
    if isinstance(settings.task, EmbeddingOptions):
        spec |= _element_type(settings.task)
    if settings.upgrade_policy is not UpgradePolicy.AUTOMATIC:
        spec["upgradePolicy"] = settings.upgrade_policy.value
    if pod := dump_pod_settings(settings.pod):
        spec["pod"] = pod
    labels = {MANAGED_BY_LABEL: MANAGED_BY}
    name = derived_name(settings.inference_id)
    return build_object(MODEL_DEPLOYMENTS, name, owner, labels, spec)


def _element_type(options: EmbeddingOptions) -> dict[str, Any]:
    """Return the field; floats are left out, as they were before there was one."""
    if options.element_type in (None, ElementType.FLOAT):
        return {}
    return {"element_type": options.element_type.value}


def _adaptive(adaptive: AdaptiveSettings) -> dict[str, Any]:
    written: dict[str, Any] = {
        "enabled": True,
        "min_number_of_allocations": adaptive.minimum,
    }
    if adaptive.maximum is not None:
        written["max_number_of_allocations"] = adaptive.maximum
    return written
