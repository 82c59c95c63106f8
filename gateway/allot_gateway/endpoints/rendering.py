"""An InferenceEndpoint as Elasticsearch's GET, PUT and _update answer it. Pure.

Keys stand in Elasticsearch's order. The service elsewhere called `elser` answers as its own page
prints it: nothing that was left out, but threads, and empty task_settings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allot_api.chunking import (
    Chunking,
    NoChunking,
    RecursiveChunking,
    SentenceChunking,
    WordChunking,
    resolve_chunking,
)
from allot_api.deployment_stats import DeploymentStats, ServedModel
from allot_api.inference_endpoint import ChunkingSettings, InferenceEndpointSpec, ServiceSettings
from allot_api.known_models import is_built_in
from allot_api.model_deployment import AdaptiveAllocations
from allot_api.resolve import DEFAULT_NUM_THREADS, AdaptiveSettings, DeploymentSettings
from allot_api.terms import ChunkingStrategy, ElementType, Service, Similarity, TaskType


@dataclass(frozen=True, slots=True)
class Shown:
    """An endpoint with what is known of its deployment.

    `deployment` is the settings of the ModelDeployment that serves it, `stats` and `model` are
    what the operator said last; None where there is none yet.
    """

    inference_id: str
    spec: InferenceEndpointSpec
    deployment: DeploymentSettings | None
    stats: DeploymentStats | None
    model: ServedModel | None


def describe_endpoint(shown: Shown) -> dict[str, Any]:
    """Return one endpoint's body."""
    spec = shown.spec
    body: dict[str, Any] = {
        "inference_id": shown.inference_id,
        "task_type": spec.task_type.value,
        "service": spec.service.value,
        "service_settings": describe_service_settings(shown),
    }
    if spec.service is Service.ELSER:
        body["task_settings"] = {}
        if spec.chunking_settings is not None:
            body["chunking_settings"] = _describe_chunking(spec.chunking_settings)
    elif spec.task_type is TaskType.RERANK:
        asked = spec.task_settings.return_documents if spec.task_settings else None
        body["task_settings"] = {"return_documents": True if asked is None else asked}
    else:
        body["chunking_settings"] = _describe_chunking(spec.chunking_settings)
    return body


def describe_service_settings(shown: Shown) -> dict[str, Any]:
    """Return service_settings with the numbers that hold now."""
    written = shown.spec.service_settings
    sizes = _describe_own(shown) if written.deployment_id is None else _describe_shared(shown)
    settings = {
        **sizes,
        "deployment_id": written.deployment_id,
        "long_document_strategy": written.long_document_strategy,
        "max_chunks_per_doc": written.max_chunks_per_doc,
        **_describe_vectors(shown, sizes["model_id"]),
    }
    return {name: value for name, value in settings.items() if value is not None}


def _describe_own(shown: Shown) -> dict[str, Any]:
    written = shown.spec.service_settings
    adaptive = written.adaptive_allocations
    number = written.num_allocations
    if (adaptive and adaptive.enabled) or number is None:
        number = shown.stats.number_of_allocations if shown.stats else None
    return _sizes(
        number,
        written.num_threads or DEFAULT_NUM_THREADS,
        written.model_id,
        _describe_written(adaptive),
    )


def _describe_shared(shown: Shown) -> dict[str, Any]:
    """Return the deployment's numbers; while it is not there, what the endpoint repeats of them."""
    settings, written = shown.deployment, shown.spec.service_settings
    if settings is None:
        adaptive = _describe_written(written.adaptive_allocations)
        return _sizes(written.num_allocations, written.num_threads, written.model_id, adaptive)
    number = shown.stats.number_of_allocations if shown.stats else settings.num_allocations
    return _sizes(
        number, settings.num_threads, settings.model_id, describe_adaptive(settings.adaptive)
    )


def _sizes(
    number: int | None, threads: int | None, model_id: str | None, adaptive: dict[str, Any] | None
) -> dict[str, Any]:
    return {
        "num_allocations": number,
        "num_threads": threads,
        "model_id": model_id,
        "adaptive_allocations": adaptive,
    }


def describe_adaptive(adaptive: AdaptiveSettings | None) -> dict[str, Any] | None:
    """Return enabled bounds with their defaults."""
    if adaptive is None:
        return None
    bounds = {"enabled": True, "min_number_of_allocations": adaptive.minimum}
    if adaptive.maximum is not None:
        bounds["max_number_of_allocations"] = adaptive.maximum
    return bounds


def _describe_written(adaptive: AdaptiveAllocations | None) -> dict[str, Any] | None:
    """Return the bounds as they were written; `enabled` is always there."""
    return None if adaptive is None else adaptive.model_dump(mode="json", exclude_none=True)


def _describe_vectors(shown: Shown, model_id: str | None) -> dict[str, Any]:
    """Return what an index must know of a model that Elasticsearch does not bring."""
    spec, written = shown.spec, shown.spec.service_settings
    is_own_dense = spec.task_type is TaskType.TEXT_EMBEDDING and not is_built_in((model_id or "",))
    if not is_own_dense:
        return {}
    return {
        "dimensions": shown.model.dimensions if shown.model else None,
        "similarity": written.similarity or Similarity.COSINE,
        "element_type": _choose_element_type(shown, written),
    }


def _choose_element_type(shown: Shown, written: ServiceSettings) -> ElementType:
    if written.deployment_id is not None and shown.deployment is not None:
        return shown.deployment.element_type
    return written.element_type or ElementType.FLOAT


def _describe_chunking(settings: ChunkingSettings | None) -> dict[str, Any]:
    return describe_chunking(resolve_chunking(settings))


def describe_chunking(chunking: Chunking) -> dict[str, Any]:
    """Return chunking settings with their defaults; separators are those that a group names."""
    match chunking:
        case SentenceChunking(size, overlap):
            return {
                "strategy": ChunkingStrategy.SENTENCE.value,
                "max_chunk_size": size,
                "sentence_overlap": overlap,
            }
        case WordChunking(size, overlap):
            return {
                "strategy": ChunkingStrategy.WORD.value,
                "max_chunk_size": size,
                "overlap": overlap,
            }
        case RecursiveChunking(size, separators):
            return {
                "strategy": ChunkingStrategy.RECURSIVE.value,
                "max_chunk_size": size,
                "separators": list(separators),
            }
        case NoChunking():
            return {"strategy": ChunkingStrategy.NONE.value}
