"""The parts of status that a ModelDeployment and the endpoints on it share."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictInt

from allot_api.fields import MAX_SAFE_INTEGER, ByteCount, Count, Flag, Id, Shape, Threads
from allot_api.terms import AllocationState, DeploymentState, Priority


def allocation_state(allocation_count: int, target_allocation_count: int) -> AllocationState:
    """Return Elasticsearch's word for so many serving pods of so many wanted.

    Nothing allocated is `starting`, also where nothing is wanted.
    """
    if allocation_count <= 0:
        return AllocationState.STARTING
    if allocation_count < target_allocation_count:
        return AllocationState.STARTED
    return AllocationState.FULLY_ALLOCATED


class AllocationStatus(Shape):
    """How many allocations serve, of how many wanted."""

    allocation_count: Count = Field(
        description="allocation_count is the number of model pods that are ready."
    )
    target_allocation_count: Count = Field(
        description="target_allocation_count is the number of model pods that are wanted now."
    )
    state: AllocationState = Field(
        description="state is starting at 0 allocations, started below the target, "
        "fully_allocated at it."
    )


class AdaptiveBounds(Shape):
    """The adaptive bounds in force, defaults applied."""

    enabled: Flag = Field(description="enabled says whether the number follows the load.")
    min_number_of_allocations: Count | None = Field(
        None, description="min_number_of_allocations that scaling goes down to."
    )
    max_number_of_allocations: Count | None = Field(
        None, description="max_number_of_allocations that scaling goes up to."
    )


class DeploymentStats(Shape):
    """The deployment behind an endpoint, in the words of Elasticsearch's statistics."""

    deployment_id: Id = Field(description="deployment_id of the deployment.")
    model_id: Id = Field(description="model_id of the model that is deployed.")
    num_threads: Threads = Field(description="num_threads of each allocation.")
    threads_per_allocation: Threads | None = Field(
        None, description="threads_per_allocation is num_threads by its name in the statistics."
    )
    number_of_allocations: Count | None = Field(
        None, description="number_of_allocations that are wanted now."
    )
    adaptive_allocations: AdaptiveBounds | None = Field(
        None,
        description="adaptive_allocations in force, defaults applied; absent where the number is "
        "fixed.",
    )
    queue_capacity: Annotated[StrictInt, Field(ge=1, le=MAX_SAFE_INTEGER)] | None = Field(
        None, description="queue_capacity is the number of requests that may wait in one pod."
    )
    state: DeploymentState | None = Field(
        None,
        description="state of the deployment: starting, started as soon as one model pod serves, "
        "or failed.",
    )
    reason: Annotated[str, Field(max_length=4096)] | None = Field(
        None, description="reason of the state failed, as a sentence."
    )
    allocation_status: AllocationStatus = Field(
        description="allocation_status counts the model pods."
    )
    cache_size: Annotated[str, Field(max_length=32)] = Field(
        "0b", description="cache_size of the cache of answers: 0b, there is none."
    )
    priority: Priority = Field(
        Priority.NORMAL, description="priority of the deployment: always normal."
    )
    start_time: Annotated[StrictInt, Field(ge=0, le=MAX_SAFE_INTEGER)] | None = Field(
        None,
        description="start_time is when the ModelDeployment was made, in milliseconds since 1970.",
    )


class ServedModel(Shape):
    """The model that the pods serve, as they report it."""

    model_id: Id = Field(
        description="model_id of the model, as the TrainedModel spells it if there is one."
    )
    source: Annotated[str, Field(max_length=1024)] | None = Field(
        None, description="source is the uri that the files came from."
    )
    digest: Annotated[str, Field(max_length=128)] | None = Field(
        None, description="digest of the weights that are served, such as sha256:1a55."
    )
    size_bytes: ByteCount | None = Field(
        None, description="size_bytes of all files that the model is served from."
    )
    dimensions: Annotated[StrictInt, Field(ge=1, le=65_536)] | None = Field(
        None, description="dimensions of the model's dense vectors."
    )
    state: Annotated[str, Field(max_length=64)] | None = Field(
        None,
        description="state of the model for people: Waiting, Downloading 43%, Loading, Warming up, "
        "Ready or the reason that it failed for.",
    )
