"""The runtime's container and its volumes: what a model pod is, by the pod contract."""

from __future__ import annotations

import json
from typing import Any

from allot_api.model_deployment import Cache
from allot_api.resolve import DeploymentSettings
from allot_api.terms import CpuLimit, ElementType
from allot_api.trained_model import TrainedModelSpec
from allot_operator.desired.memory import choose_memory_limit_mebibytes, choose_memory_mebibytes
from allot_operator.desired.pod_token import build_token_mount, build_token_volume
from allot_operator.desired.quantities import format_mebibytes
from allot_operator.desired.source_access import (
    build_secret_environment,
    build_source_environment,
    build_source_mounts,
)
from allot_operator.words import HTTP_PORT, RUNTIME_CONTAINER, RUNTIME_PORT

CACHE_VOLUME, CACHE_PATH = "cache", "/var/cache/allot"
TEMPORARY_VOLUME, TEMPORARY_PATH = "tmp", "/tmp"

# Python and torch import in 2 s on a free core; a crowded node may need a minute.
STARTUP_PERIOD_SECONDS, STARTUP_FAILURES = 2, 90
LIVENESS_PERIOD_SECONDS, LIVENESS_FAILURES, LIVENESS_TIMEOUT_SECONDS = 10, 6, 5
READINESS_PERIOD_SECONDS, READINESS_FAILURES, READINESS_TIMEOUT_SECONDS = 2, 3, 2


def build_container(settings: DeploymentSettings, model: TrainedModelSpec, image: str) -> Any:
    """Return the container of one allocation."""
    return {
        "name": RUNTIME_CONTAINER,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "ports": [{"name": HTTP_PORT, "containerPort": RUNTIME_PORT, "protocol": "TCP"}],
        "env": _environment(settings, model),
        **build_secret_environment(model.source),
        "resources": _resources(settings, model),
        "volumeMounts": [
            {"name": CACHE_VOLUME, "mountPath": CACHE_PATH},
            {"name": TEMPORARY_VOLUME, "mountPath": TEMPORARY_PATH},
            build_token_mount(),
            *build_source_mounts(model.source),
        ],
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
        "terminationMessagePolicy": "FallbackToLogsOnError",
        **_probes(),
    }


def build_volumes(cache: Cache) -> list[dict[str, Any]]:
    """Return the pod's volumes: the cache of weights, a /tmp to write to, the token's files."""
    return [
        {"name": CACHE_VOLUME, **_cache_source(cache)},
        {"name": TEMPORARY_VOLUME, "emptyDir": {}},
        build_token_volume(),
    ]


def dump_model(model: TrainedModelSpec) -> dict[str, Any]:
    """Return what a pod is told of its model.

    Defaults are left out, so that a field that a later version adds changes no pod.
    """
    dumped: dict[str, Any] = model.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    return dumped


def _environment(settings: DeploymentSettings, model: TrainedModelSpec) -> list[dict[str, Any]]:
    threads = str(settings.num_threads)
    values = {
        "ALLOT_MODEL": json.dumps(dump_model(model), sort_keys=True, ensure_ascii=False),
        "ALLOT_DEPLOYMENT_ID": settings.deployment_id,
        "ALLOT_NUM_THREADS": threads,
        "ALLOT_QUEUE_CAPACITY": str(settings.queue_capacity),
        "ALLOT_PORT": str(RUNTIME_PORT),
        "ALLOT_CACHE_DIR": CACHE_PATH,
        "OMP_NUM_THREADS": threads,
        "MKL_NUM_THREADS": threads,
        "RAYON_NUM_THREADS": threads,
        "TOKENIZERS_PARALLELISM": "false",
        **_build_element_type(settings.element_type),
        **build_source_environment(model.source, settings.cache),
    }
    fields = {
        "ALLOT_HOST": "status.podIP",
        "POD_NAME": "metadata.name",
        "NODE_NAME": "spec.nodeName",
    }
    literal = [{"name": name, "value": value} for name, value in values.items()]
    return literal + [
        {"name": name, "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": path}}}
        for name, path in fields.items()
    ]


def _build_element_type(element_type: ElementType) -> dict[str, str]:
    """Return what the runtime is told of it; nothing where its default is right."""
    return {} if element_type is ElementType.FLOAT else {"ALLOT_ELEMENT_TYPE": element_type.value}


def _resources(settings: DeploymentSettings, model: TrainedModelSpec) -> dict[str, Any]:
    memory = format_mebibytes(choose_memory_mebibytes(model, settings.num_threads))
    threads = str(settings.num_threads)
    resources: dict[str, Any] = {"requests": {"cpu": threads, "memory": memory}}
    limits = {"cpu": threads} if settings.cpu_limit is CpuLimit.NUM_THREADS else {}
    bound = choose_memory_limit_mebibytes(model, settings.num_threads, settings.queue_capacity)
    if bound is not None:
        limits["memory"] = format_mebibytes(bound)
    return {**resources, "limits": limits} if limits else resources


def _probes() -> dict[str, Any]:
    return {
        "startupProbe": {
            "httpGet": {"path": "/livez", "port": HTTP_PORT, "scheme": "HTTP"},
            "periodSeconds": STARTUP_PERIOD_SECONDS,
            "failureThreshold": STARTUP_FAILURES,
            "timeoutSeconds": LIVENESS_TIMEOUT_SECONDS,
        },
        "livenessProbe": {
            "httpGet": {"path": "/livez", "port": HTTP_PORT, "scheme": "HTTP"},
            "periodSeconds": LIVENESS_PERIOD_SECONDS,
            "failureThreshold": LIVENESS_FAILURES,
            "timeoutSeconds": LIVENESS_TIMEOUT_SECONDS,
        },
        "readinessProbe": {
            "httpGet": {"path": "/readyz", "port": HTTP_PORT, "scheme": "HTTP"},
            "periodSeconds": READINESS_PERIOD_SECONDS,
            "failureThreshold": READINESS_FAILURES,
            "timeoutSeconds": READINESS_TIMEOUT_SECONDS,
        },
    }


def _cache_source(cache: Cache) -> dict[str, Any]:
    if cache.persistent_volume_claim is not None:
        claim = {"claimName": cache.persistent_volume_claim.claim_name}
        return {"persistentVolumeClaim": claim}
    if cache.host_path is not None:
        return {"hostPath": {"path": cache.host_path.path, "type": "DirectoryOrCreate"}}
    limit = cache.empty_dir.size_limit if cache.empty_dir else None
    return {"emptyDir": {"sizeLimit": limit} if limit else {}}
