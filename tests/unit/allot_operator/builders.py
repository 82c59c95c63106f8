"""Makers of the operator's values, with defaults for all that a test does not care about."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from allot_api.model_deployment import ModelDeploymentSpec
from allot_api.resolve import DeploymentSettings, resolve_deployment
from allot_api.terms import ModelState
from allot_api.trained_model import TrainedModelSpec
from allot_cluster.declared import Deployment, Model, read_deployment, read_model
from allot_cluster.interface import Manifest
from allot_cluster.resources import INFERENCE_ENDPOINTS, MODEL_DEPLOYMENTS, TRAINED_MODELS
from allot_cluster.subjects import Subject
from allot_operator.acceptance.catalogue import Catalogue, Found
from allot_operator.facts.pods import Pod, Trouble
from allot_operator.facts.reports import Report, Work

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
CREATED = "2026-11-24T10:00:00Z"
NAMESPACE, OPERATOR_NAMESPACE = "a", "allot-system"
IMAGE = "allot/runtime:test"
MODEL_ID = ".multilingual-e5-small"


def an_object(kind: Any, name: str, spec: dict[str, Any], **metadata: Any) -> Manifest:
    return {
        "apiVersion": kind.api_version,
        "kind": kind.kind,
        "metadata": {
            "name": name,
            "namespace": NAMESPACE,
            "uid": f"uid-{name}",
            "creationTimestamp": CREATED,
            "generation": 1,
            **metadata,
        },
        "spec": spec,
    }


def a_model_manifest(name: str = "e5", model_id: str = MODEL_ID, **spec: Any) -> Manifest:
    metadata = spec.pop("metadata", {"namespace": OPERATOR_NAMESPACE})
    whole = {
        "model_id": model_id,
        "source": {"uri": "file:///weights"},
        "task_types": ["text_embedding"],
        **spec,
    }
    return an_object(TRAINED_MODELS, name, whole, **metadata)


def a_deployment_manifest(name: str = "d", **spec: Any) -> Manifest:
    metadata = spec.pop("metadata", {})
    return an_object(MODEL_DEPLOYMENTS, name, {"model_id": MODEL_ID, **spec}, **metadata)


def an_endpoint_manifest(name: str = "e", **settings: Any) -> Manifest:
    """Return an endpoint; keyword arguments are its service_settings."""
    metadata = settings.pop("metadata", {})
    spec = settings.pop("spec", {})
    if "deployment_id" not in settings:
        settings = {"model_id": MODEL_ID, "num_threads": 1, **settings}
        if "adaptive_allocations" not in settings:
            settings.setdefault("num_allocations", 1)
    whole = {
        "task_type": "text_embedding",
        "service": "elasticsearch",
        "service_settings": settings,
        **spec,
    }
    return an_object(INFERENCE_ENDPOINTS, name, whole, **metadata)


def a_model(*arguments: Any, **keywords: Any) -> Model:
    return read_model(a_model_manifest(*arguments, **keywords))


def a_deployment(*arguments: Any, **keywords: Any) -> Deployment:
    return read_deployment(a_deployment_manifest(*arguments, **keywords))


def an_accepted_deployment(*arguments: Any, **keywords: Any) -> Deployment:
    """Return a ModelDeployment whose status says that it is accepted."""
    condition = {
        "type": "Accepted",
        "status": "True",
        "reason": "Accepted",
        "message": "",
        "lastTransitionTime": CREATED,
    }
    manifest = a_deployment_manifest(*arguments, **keywords)
    return read_deployment(manifest | {"status": {"conditions": [condition]}})


def a_catalogue(*shared: Model, own: tuple[Model, ...] = ()) -> Catalogue:
    return Catalogue(NAMESPACE, own, OPERATOR_NAMESPACE, shared or (a_model(),))


def a_found_model() -> Found:
    spec = a_model().spec
    assert spec is not None
    return Found(MODEL_ID, spec)


def a_model_spec(**spec: Any) -> TrainedModelSpec:
    resolved = a_model(**spec).spec
    assert resolved is not None
    return resolved


def some_settings(**spec: Any) -> DeploymentSettings:
    return resolve_deployment(ModelDeploymentSpec(model_id=MODEL_ID, **spec), "d")


def a_subject(name: str = "d", **fields: Any) -> Subject:
    values: dict[str, Any] = {
        "resource": MODEL_DEPLOYMENTS,
        "namespace": NAMESPACE,
        "name": name,
        "uid": f"uid-{name}",
        "generation": 1,
        "created": CREATED,
        "resource_version": "1",
    }
    return Subject(**(values | fields))


def a_pod(name: str = "p", **fields: Any) -> Pod:
    values: dict[str, Any] = {
        "name": name,
        "uid": f"uid-{name}",
        "ip": "10.0.0.1",
        "settings": "settings",
        "model": "model",
        "is_ready": True,
        "is_running": True,
    }
    return Pod(**(values | fields))


def a_troubled_pod(trouble: Trouble, message: str = "why", name: str = "p") -> Pod:
    return a_pod(name, is_ready=False, is_running=False, trouble=trouble, trouble_message=message)


def a_report(state: ModelState = ModelState.READY, **fields: Any) -> Report:
    values: dict[str, Any] = {
        "boot_id": "boot",
        "state": state,
        "reason": "",
        "message": "",
        "bytes_done": 0,
        "bytes_total": None,
        "digest": "sha256:1a" if state is ModelState.READY else None,
        "dimensions": 384 if state is ModelState.READY else None,
        "source": "file:///weights",
        "num_threads": 1,
        "quota": None,
        "work": Work(0, 0, 0, 0, 0, 0, 0.0),
    }
    return Report(**(values | fields))
