"""Specs with every default applied: what the operator acts on, and what a GET shows.

Defaults that depend on other fields (the service, the task, metadata.name) are applied
here and never written back into a spec.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from allot_api.chunking import Chunking, resolve_chunking
from allot_api.inference_endpoint import InferenceEndpointSpec, ServiceSettings
from allot_api.known_models import ELSER_MODEL
from allot_api.model_deployment import AdaptiveAllocations, Cache, ModelDeploymentSpec
from allot_api.pod_settings import PodSettings
from allot_api.preconfigured import is_reserved
from allot_api.scaling import Scaling, ScalingSettings, resolve_scaling
from allot_api.terms import (
    CpuLimit,
    ElementType,
    LongDocumentStrategy,
    Pooling,
    ScalingPolicy,
    Service,
    Similarity,
    TaskType,
    UpgradePolicy,
)
from allot_api.trained_model import TrainedModelSpec

ELSER_MINIMUM = 1
DEFAULT_NUM_THREADS = 1
DEFAULT_NUM_ALLOCATIONS = 1
# A new deployment starts with one allocation even where the minimum is 0, but for those of
# preconfigured endpoints where a gateway is there.
LEAST_INITIAL_ALLOCATIONS = 1


@dataclass(frozen=True, slots=True)
class AdaptiveSettings:
    """Enabled adaptive bounds; `maximum` None means that no bound was given."""

    minimum: int
    maximum: int | None


@dataclass(frozen=True, slots=True)
class EmbeddingOptions:
    """What holds for an embedding task.

    `similarity` and `element_type` are None for sparse vectors. Where a deployment is shared,
    `element_type` is the deployment's: None unless the endpoint repeats it.
    """

    chunking: Chunking
    similarity: Similarity | None
    element_type: ElementType | None


@dataclass(frozen=True, slots=True)
class RerankOptions:
    """What holds for a rerank task; `max_chunks_per_doc` None means all of a document."""

    return_documents: bool
    long_document_strategy: LongDocumentStrategy
    max_chunks_per_doc: int | None


TaskOptions = EmbeddingOptions | RerankOptions


@dataclass(frozen=True, slots=True)
class EndpointSettings:
    """An endpoint with every default applied.

    Exactly one of `num_allocations` and `adaptive` is set, unless `deployment_id` is: then
    both are None and the deployment's own settings hold; or unless the policy of scaling is
    external: then both are None and the ModelDeployment's `replicas` is what counts.
    `model_id` is None only for an endpoint that attaches without naming a model. `task`
    holds what its task needs beside a deployment.
    """

    inference_id: str
    task_type: TaskType
    service: Service
    task: TaskOptions
    model_id: str | None
    deployment_id: str | None
    num_threads: int
    num_allocations: int | None
    adaptive: AdaptiveSettings | None
    scaling: Scaling = field(default_factory=Scaling)
    upgrade_policy: UpgradePolicy = UpgradePolicy.AUTOMATIC
    pod: PodSettings = field(default_factory=PodSettings)

    @property
    def is_attached(self) -> bool:
        """Whether the endpoint shares a deployment that it does not own."""
        return self.deployment_id is not None

    @property
    def serving_deployment_id(self) -> str:
        """The deployment that serves the endpoint: the one it shares, or its own."""
        return self.deployment_id or self.inference_id


@dataclass(frozen=True, slots=True)
class DeploymentSettings:
    """A ModelDeployment with every default applied.

    Exactly one of `num_allocations` and `adaptive` is set, unless the policy is
    external: then both are None and `replicas` is what counts.
    """

    deployment_id: str
    model_id: str
    num_threads: int
    num_allocations: int | None
    adaptive: AdaptiveSettings | None
    queue_capacity: int
    scaling: ScalingSettings
    replicas: int
    cpu_limit: CpuLimit
    cache: Cache
    upgrade_policy: UpgradePolicy = UpgradePolicy.AUTOMATIC
    pod: PodSettings = field(default_factory=PodSettings)
    element_type: ElementType = ElementType.FLOAT

    @property
    def policy(self) -> ScalingPolicy:
        """Who decides the number of allocations."""
        return self.scaling.policy

    @property
    def asked_allocations(self) -> int:
        """The least number of allocations that makes the deployment Ready."""
        if self.policy is ScalingPolicy.EXTERNAL:
            return self.replicas
        if self.adaptive is not None:
            return self.adaptive.minimum
        return DEFAULT_NUM_ALLOCATIONS if self.num_allocations is None else self.num_allocations

    @property
    def initial_allocations(self) -> int:
        """The number of allocations of a deployment that has just been made, without a gateway."""
        if self.policy is ScalingPolicy.EXTERNAL:
            return self.replicas
        return max(LEAST_INITIAL_ALLOCATIONS, self.asked_allocations)

    @property
    def starts_at_zero(self) -> bool:
        """Whether it begins without an allocation where a gateway could start the first."""
        is_idle = self.adaptive is not None and self.adaptive.minimum == 0
        return is_idle and is_reserved(self.deployment_id)


def resolve_endpoint(spec: InferenceEndpointSpec, metadata_name: str) -> EndpointSettings:
    """Return the endpoint's settings with every default applied."""
    settings = spec.service_settings
    is_elser = spec.service is Service.ELSER
    is_attached = settings.deployment_id is not None
    scaling = Scaling() if is_attached or spec.scaling is None else spec.scaling
    is_sized_here = not is_attached and scaling.policy is not ScalingPolicy.EXTERNAL
    adaptive = None
    if is_sized_here:
        adaptive = _resolve_adaptive(
            settings.adaptive_allocations, least=ELSER_MINIMUM if is_elser else 0
        )
    is_fixed = is_sized_here and adaptive is None
    return EndpointSettings(
        inference_id=spec.inference_id or metadata_name,
        task_type=spec.task_type,
        service=spec.service,
        task=_resolve_task(spec),
        model_id=settings.model_id or (ELSER_MODEL if is_elser and not is_attached else None),
        deployment_id=settings.deployment_id,
        num_threads=settings.num_threads or DEFAULT_NUM_THREADS,
        num_allocations=(settings.num_allocations or DEFAULT_NUM_ALLOCATIONS) if is_fixed else None,
        adaptive=adaptive,
        scaling=scaling,
        upgrade_policy=spec.upgrade_policy or UpgradePolicy.AUTOMATIC,
        pod=spec.pod or PodSettings(),
    )


def resolve_deployment(spec: ModelDeploymentSpec, metadata_name: str) -> DeploymentSettings:
    """Return the deployment's settings with every default applied."""
    is_external = spec.scaling.policy is ScalingPolicy.EXTERNAL
    adaptive = None if is_external else _resolve_adaptive(spec.adaptive_allocations, least=0)
    is_fixed = not is_external and adaptive is None
    return DeploymentSettings(
        deployment_id=spec.deployment_id or metadata_name,
        model_id=spec.model_id,
        num_threads=spec.num_threads,
        num_allocations=(spec.num_allocations or DEFAULT_NUM_ALLOCATIONS) if is_fixed else None,
        adaptive=adaptive,
        queue_capacity=spec.queue_capacity,
        scaling=resolve_scaling(spec.scaling),
        replicas=spec.replicas,
        cpu_limit=spec.cpu_limit,
        cache=spec.cache or Cache(),
        upgrade_policy=spec.upgrade_policy,
        pod=spec.pod or PodSettings(),
        element_type=spec.element_type or ElementType.FLOAT,
    )


def resolve_model(spec: TrainedModelSpec, metadata_name: str) -> TrainedModelSpec:
    """Return the spec with model_id and pooling filled in.

    This is what a model pod gets as its one description of the model.
    """
    is_sparse = TaskType.SPARSE_EMBEDDING in spec.task_types
    return spec.model_copy(
        update={
            "model_id": spec.model_id or metadata_name,
            "pooling": spec.pooling or (Pooling.MAX if is_sparse else Pooling.MEAN),
        }
    )


def _resolve_task(spec: InferenceEndpointSpec) -> TaskOptions:
    """Return what holds for the task; an attached endpoint's own service_settings don't."""
    written = spec.service_settings
    is_attached = written.deployment_id is not None
    settings = ServiceSettings() if is_attached else written
    if spec.task_type is TaskType.RERANK:
        asked = spec.task_settings.return_documents if spec.task_settings else None
        return RerankOptions(
            return_documents=True if asked is None else asked,
            long_document_strategy=settings.long_document_strategy or LongDocumentStrategy.TRUNCATE,
            max_chunks_per_doc=settings.max_chunks_per_doc,
        )
    is_dense = spec.task_type is TaskType.TEXT_EMBEDDING
    element_type = written.element_type or (None if is_attached else ElementType.FLOAT)
    return EmbeddingOptions(
        chunking=resolve_chunking(spec.chunking_settings),
        similarity=(settings.similarity or Similarity.COSINE) if is_dense else None,
        element_type=element_type if is_dense else None,
    )


def _resolve_adaptive(
    adaptive: AdaptiveAllocations | None, *, least: int
) -> AdaptiveSettings | None:
    """Return the bounds if they are enabled; the minimum is never below `least`."""
    if adaptive is None or not adaptive.enabled:
        return None
    return AdaptiveSettings(
        minimum=max(least, adaptive.min_number_of_allocations or 0),
        maximum=adaptive.max_number_of_allocations,
    )
