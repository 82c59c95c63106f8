"""ModelDeployment: how many allocations of which model, with how many threads; what scales."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictInt

from allot_api.conditions import Conditions
from allot_api.deployment_stats import DeploymentStats, ServedModel
from allot_api.fields import (
    Count,
    Flag,
    Generation,
    Id,
    ObjectName,
    PositiveCount,
    Shape,
    Threads,
)
from allot_api.pod_settings import PodSettings
from allot_api.scaling import Scaling
from allot_api.terms import CpuLimit, ElementType, UpgradePolicy

SizeLimit = Annotated[str, Field(max_length=32)]
KEPT_SIZE_LIMIT = (
    "sizeLimit of all weights in the cache as a quantity, such as 50Gi: past it those that no pod "
    "uses are removed, the longest unused first."
)
DEFAULT_QUEUE_CAPACITY = 10_000
MAX_QUEUE_CAPACITY = 100_000


class AdaptiveAllocations(Shape):
    """Bounds between which the number of allocations follows the load."""

    enabled: Flag = Field(
        False, description="enabled makes the number of allocations follow the load."
    )
    min_number_of_allocations: Count | None = Field(
        None,
        description="min_number_of_allocations that scaling goes down to; 0 if left out, "
        "1 for the service elser.",
    )
    max_number_of_allocations: PositiveCount | None = Field(
        None,
        description="max_number_of_allocations that scaling goes up to; at least "
        "min_number_of_allocations.",
    )


class EmptyDirCache(Shape):
    """A cache of the pod's own, gone with the pod."""

    size_limit: SizeLimit | None = Field(
        None,
        alias="sizeLimit",
        description="sizeLimit of the volume as a quantity, such as 5Gi.",
    )


class PersistentVolumeClaimCache(Shape):
    """A cache on a claim, filled once for all pods that mount it."""

    claim_name: ObjectName = Field(
        alias="claimName",
        description="claimName of a PersistentVolumeClaim in the same namespace.",
    )
    size_limit: SizeLimit | None = Field(None, alias="sizeLimit", description=KEPT_SIZE_LIMIT)


class HostPathCache(Shape):
    """A cache in a folder of the node, filled once for each node."""

    path: Annotated[str, Field(min_length=1, max_length=1024, pattern="^/")] = Field(
        description="path of the folder on the node; absolute."
    )
    size_limit: SizeLimit | None = Field(None, alias="sizeLimit", description=KEPT_SIZE_LIMIT)


class Cache(Shape):
    """Where fetched weights are kept; at most one kind."""

    empty_dir: EmptyDirCache | None = Field(
        None,
        alias="emptyDir",
        description="emptyDir keeps the weights for one pod's life; taken if nothing is chosen.",
    )
    persistent_volume_claim: PersistentVolumeClaimCache | None = Field(
        None,
        alias="persistentVolumeClaim",
        description="persistentVolumeClaim keeps the weights once for all pods.",
    )
    host_path: HostPathCache | None = Field(
        None,
        alias="hostPath",
        description="hostPath keeps the weights once for each node; Pod Security's restricted "
        "profile forbids it.",
    )


class ModelDeploymentSpec(Shape):
    """What a user, or an endpoint on the user's behalf, asks for."""

    deployment_id: Id | None = Field(
        None,
        description="deployment_id by which endpoints attach to the deployment; metadata.name if "
        "left out. It cannot be changed.",
    )
    model_id: Id = Field(
        description="model_id names a TrainedModel, by its id or an alias, in this namespace or in "
        "Allot's own."
    )
    num_threads: Threads = Field(
        1,
        description="num_threads of each allocation: the pod's CPU request and the model's "
        "threads; a power of two up to 32.",
    )
    num_allocations: PositiveCount | None = Field(
        None,
        description="num_allocations is the fixed number of model pods; 1 if neither it nor "
        "enabled adaptive_allocations is given.",
    )
    adaptive_allocations: AdaptiveAllocations | None = Field(
        None,
        description="adaptive_allocations makes the number of model pods follow the load; "
        "excludes num_allocations while it is enabled.",
    )
    queue_capacity: Annotated[StrictInt, Field(ge=1, le=MAX_QUEUE_CAPACITY)] = Field(
        DEFAULT_QUEUE_CAPACITY,
        description="queue_capacity is the number of requests that may wait in one pod; further "
        "ones are refused with 429.",
    )
    element_type: ElementType | None = Field(
        None,
        description="element_type of the vectors that text_embedding answers with: float, or byte "
        "for whole numbers from -128 to 127; float if left out. A change replaces the pods.",
    )
    scaling: Scaling = Field(
        Scaling(),
        description="scaling says who decides the number of model pods, and how quickly it moves.",
    )
    replicas: Count = Field(
        1,
        description="replicas is the number of model pods under scaling.policy external, where "
        "kubectl scale and autoscalers write it; otherwise it is not read and cannot be changed.",
    )
    cpu_limit: CpuLimit = Field(
        CpuLimit.NUM_THREADS,
        alias="cpuLimit",
        description="cpuLimit of the model pods: NumThreads for as many CPUs as threads, None "
        "for no limit.",
    )
    cache: Cache | None = Field(
        None, description="cache says where fetched weights are kept; emptyDir if left out."
    )
    upgrade_policy: UpgradePolicy = Field(
        UpgradePolicy.AUTOMATIC,
        alias="upgradePolicy",
        description="upgradePolicy says when pods that only a new version of Allot would change "
        "are replaced: Automatic replaces them, one deployment after the other; Deferred leaves "
        "them until a change of the spec or of the model replaces them anyway, or until it is "
        "Automatic again.",
    )
    pod: PodSettings | None = Field(
        None, description="pod says what the model pods get beside what Allot gives them."
    )


class ModelDeploymentStatus(Shape):
    """What the operator says about a ModelDeployment."""

    conditions: Conditions = Field(
        default_factory=list,
        description="conditions of the deployment: Accepted, ModelAvailable, Servable, UpToDate, "
        "Ready, Stalled, Reconciling, ThreadsExceedQuota and ScalingLimited.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]},
    )
    observed_generation: Generation | None = Field(
        None,
        alias="observedGeneration",
        description="observedGeneration is the metadata.generation that this status speaks of; "
        "-1 until the operator has seen the object.",
    )
    replicas: Count | None = Field(
        None, description="replicas is the number of model pods that exist."
    )
    selector: Annotated[str, Field(max_length=1024)] | None = Field(
        None, description="selector of the model pods, as the scale subresource gives it."
    )
    deployment_stats: DeploymentStats | None = Field(
        None, description="deployment_stats as Elasticsearch's statistics show them."
    )
    model: ServedModel | None = Field(None, description="model that the pods serve.")
    url: Annotated[str, Field(max_length=512)] | None = Field(
        None, description="url of the Service before the model pods."
    )
