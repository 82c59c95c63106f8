"""Tells in the status of an object that passes over it fail, and why."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from allot_cluster.declared import (
    Deployment,
    Endpoint,
    Model,
    read_deployment,
    read_endpoint,
    read_model,
)
from allot_cluster.errors import ClusterError
from allot_cluster.interface import Manifest
from allot_cluster.resources import (
    INFERENCE_ENDPOINTS,
    MODEL_DEPLOYMENTS,
    TRAINED_MODELS,
    Resource,
)
from allot_operator.errors import GatherAgain
from allot_operator.judging.transitions import find_notices
from allot_operator.judging.unfinished import judge_unfinished, judge_unfinished_model
from allot_operator.passes.status_writing import write_status
from allot_operator.passes.surroundings import Surroundings
from allot_operator.work.keys import Key

logger = logging.getLogger(__name__)

READERS: Mapping[Resource, Callable[[Manifest], Endpoint | Deployment | Model]] = {
    TRAINED_MODELS: read_model,
    MODEL_DEPLOYMENTS: read_deployment,
    INFERENCE_ENDPOINTS: read_endpoint,
}


async def tell_failure(around: Surroundings, key: Key, message: str) -> None:
    """Write why passes over an object fail; where that cannot be written, the log has it."""
    try:
        manifest = await around.cluster.get(key.resource, key.namespace, key.name)
        if manifest is not None and "deletionTimestamp" not in manifest["metadata"]:
            await _tell(around, manifest, key, message)
    except (ClusterError, GatherAgain) as error:
        logger.debug("%s: that its passes fail is not told: %s", key, error)


async def _tell(around: Surroundings, manifest: Manifest, key: Key, message: str) -> None:
    declared = READERS[key.resource](manifest)
    subject, before = declared.subject, declared.status
    judge = judge_unfinished_model if key.resource == TRAINED_MODELS else judge_unfinished
    conditions = judge(before.conditions, subject.generation, message, around.now())
    known = {"conditions": conditions, "observed_generation": subject.generation}
    if await write_status(around.cluster, subject, manifest, before.model_copy(update=known)):
        await around.announcer.announce(subject, find_notices(before.conditions, conditions))
