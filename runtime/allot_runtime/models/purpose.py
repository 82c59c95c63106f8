"""What a model is for, by the tasks that its TrainedModel names. Pure."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from allot_api.terms import Scoring, TaskType
from allot_api.trained_model import TrainedModelSpec
from allot_runtime.errors import ModelFault


class Purpose(StrEnum):
    """Which head follows the encoder; a process loads one."""

    DENSE = "dense"
    SPARSE = "sparse"
    CROSS_ENCODER = "cross_encoder"


def choose_purpose(spec: TrainedModelSpec) -> Purpose:
    """Return the one head that all of a model's tasks use; raises ModelFault."""
    purposes = {_purpose_of(task, spec.scoring) for task in spec.task_types}
    if len(purposes) > 1:
        raise ModelFault(
            f"task_types {_join(spec.task_types)} need {len(purposes)} different heads: "
            "write one TrainedModel for each, or scoring: embedding_similarity to rerank "
            "by dense vectors"
        )
    return purposes.pop()


def _purpose_of(task: TaskType, scoring: Scoring) -> Purpose:
    match task:
        case TaskType.TEXT_EMBEDDING:
            return Purpose.DENSE
        case TaskType.SPARSE_EMBEDDING:
            return Purpose.SPARSE
        case TaskType.RERANK:
            by_vectors = scoring is Scoring.EMBEDDING_SIMILARITY
            return Purpose.DENSE if by_vectors else Purpose.CROSS_ENCODER


def _join(tasks: Collection[TaskType]) -> str:
    return ", ".join(sorted(tasks))
