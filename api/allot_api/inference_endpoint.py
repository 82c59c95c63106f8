"""InferenceEndpoint: the task that a client calls, written as the body of Elasticsearch's PUT."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictInt

from allot_api.conditions import Conditions
from allot_api.deployment_stats import DeploymentStats, ServedModel
from allot_api.fields import Flag, Generation, Id, PositiveCount, Shape, Threads
from allot_api.model_deployment import AdaptiveAllocations
from allot_api.pod_settings import PodSettings
from allot_api.scaling import Scaling
from allot_api.terms import (
    ChunkingStrategy,
    ElementType,
    LongDocumentStrategy,
    SeparatorGroup,
    Service,
    Similarity,
    TaskType,
    UpgradePolicy,
)

MIN_CHUNK_WORDS = 10
MAX_CHUNK_WORDS = 10_000
MAX_SEPARATORS = 50
MAX_CHUNKS_PER_DOCUMENT = 10_000


class ServiceSettings(Shape):
    """Which model, with how many threads and allocations; or which deployment to share."""

    model_id: Id | None = Field(
        None,
        description="model_id names a TrainedModel, by its id or an alias, in this namespace or in "
        "Allot's own; the service elser means .elser_model_2 if it is left out.",
    )
    deployment_id: Id | None = Field(
        None,
        description="deployment_id of an existing ModelDeployment in this namespace to attach to; "
        "the other settings are then read from it, and a model_id must be its.",
    )
    num_threads: Threads | None = Field(
        None,
        description="num_threads of each allocation: the pod's CPU request and the model's "
        "threads; a power of two up to 32. The service elser means 1 if it is left out.",
    )
    num_allocations: PositiveCount | None = Field(
        None,
        description="num_allocations is the fixed number of model pods; excludes enabled "
        "adaptive_allocations.",
    )
    adaptive_allocations: AdaptiveAllocations | None = Field(
        None,
        description="adaptive_allocations makes the number of model pods follow the load; "
        "excludes num_allocations while it is enabled.",
    )
    long_document_strategy: LongDocumentStrategy | None = Field(
        None,
        description="long_document_strategy of .rerank-v1: chunk scores a long document by its "
        "best part, truncate by its beginning; truncate if left out.",
    )
    max_chunks_per_doc: Annotated[StrictInt, Field(ge=1, le=MAX_CHUNKS_PER_DOCUMENT)] | None = (
        Field(
            None,
            description="max_chunks_per_doc is how many parts of a document "
            "long_document_strategy chunk scores, from its beginning; all if left out.",
        )
    )
    similarity: Similarity | None = Field(
        None,
        description="similarity by which an index compares the vectors of a text_embedding model "
        "of your own; cosine if left out.",
    )
    element_type: ElementType | None = Field(
        None,
        description="element_type in which an index stores the vectors of a text_embedding model "
        "of your own; float if left out.",
    )


class TaskSettings(Shape):
    """Defaults for requests."""

    return_documents: Flag | None = Field(
        None,
        description="return_documents puts each document's text into a rerank task's answer; "
        "true if left out.",
    )


class ChunkingSettings(Shape):
    """How long input is cut before it is embedded for an index."""

    strategy: ChunkingStrategy = Field(
        description="strategy: sentence, word, recursive, or none for one chunk."
    )
    max_chunk_size: Annotated[StrictInt, Field(ge=MIN_CHUNK_WORDS, le=MAX_CHUNK_WORDS)] | None = (
        Field(
            None,
            description="max_chunk_size in words, at least 20 for the strategy sentence and at "
            "most 300 for ELSER; needed by every strategy but none.",
        )
    )
    sentence_overlap: Annotated[StrictInt, Field(ge=0, le=1)] | None = Field(
        None,
        description="sentence_overlap is the number of sentences that neighbouring chunks of the "
        "strategy sentence share: 0 or 1; 1 if left out.",
    )
    overlap: Annotated[StrictInt, Field(ge=1, le=MAX_CHUNK_WORDS)] | None = Field(
        None,
        description="overlap is the number of words that neighbouring chunks of the strategy "
        "word share; at most half of max_chunk_size.",
    )
    separator_group: SeparatorGroup | None = Field(
        None,
        description="separator_group names a list of separators for the strategy recursive; "
        "plaintext if neither it nor separators is given.",
    )
    separators: (
        Annotated[
            list[Annotated[str, Field(min_length=1, max_length=256)]],
            Field(min_length=1, max_length=MAX_SEPARATORS),
        ]
        | None
    ) = Field(
        None,
        description="separators are regular expressions for the strategy recursive, the coarsest "
        "first.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )


class InferenceEndpointSpec(Shape):
    """What a user asks for: the body that they would send to Elasticsearch."""

    inference_id: Id | None = Field(
        None,
        description="inference_id by which clients call the endpoint; metadata.name if left out. "
        "It cannot be changed.",
    )
    task_type: TaskType = Field(description="task_type that clients call the endpoint for.")
    service: Service = Field(
        description="service: elasticsearch, or elser for sparse embeddings by .elser_model_2."
    )
    service_settings: ServiceSettings = Field(
        description="service_settings: the model, its threads and its allocations, or a "
        "deployment to share."
    )
    task_settings: TaskSettings | None = Field(
        None, description="task_settings are defaults for requests."
    )
    chunking_settings: ChunkingSettings | None = Field(
        None,
        description="chunking_settings cut long input before it is embedded for an index; "
        "sentences in chunks of 250 words if left out.",
    )
    scaling: Scaling | None = Field(
        None,
        description="scaling says who decides the number of the endpoint's model pods, and how "
        "quickly it moves; an endpoint that shares a deployment has none.",
    )
    upgrade_policy: UpgradePolicy | None = Field(
        None,
        alias="upgradePolicy",
        description="upgradePolicy of the ModelDeployment that the endpoint makes: Automatic, "
        "taken if it is left out, or Deferred, which leaves pods that only a new version of Allot "
        "would change until a change of the spec or of the model replaces them anyway.",
    )
    pod: PodSettings | None = Field(
        None,
        description="pod says what the endpoint's model pods get beside what Allot gives them; an "
        "endpoint that shares a deployment has none.",
    )


class InferenceEndpointStatus(Shape):
    """What the operator says about an InferenceEndpoint."""

    conditions: Conditions = Field(
        default_factory=list,
        description="conditions of the endpoint: Accepted, ModelAvailable, Servable, UpToDate, "
        "Ready, Stalled, Reconciling, ThreadsExceedQuota and ScalingLimited.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]},
    )
    observed_generation: Generation | None = Field(
        None,
        alias="observedGeneration",
        description="observedGeneration is the metadata.generation that this status speaks of; "
        "-1 until the operator has seen the object.",
    )
    deployment_stats: DeploymentStats | None = Field(
        None, description="deployment_stats as Elasticsearch's statistics show them."
    )
    model: ServedModel | None = Field(None, description="model that the pods serve.")
    url: Annotated[str, Field(max_length=1024)] | None = Field(
        None,
        description="url at which the endpoint answers: the gateway's, or where there is none that "
        "of the Service before the model pods.",
    )
