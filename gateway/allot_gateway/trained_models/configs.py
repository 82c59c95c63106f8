"""A TrainedModel as `GET _ml/trained_models` answers it. Pure.

What Elasticsearch knows of a model's archive (its parts, its location, its platform) is not there:
weights stay where TrainedModel.spec.source says.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from allot_api.known_models import is_built_in
from allot_api.terms import TaskType
from allot_api.trained_model import TrainedModelSpec
from allot_cluster.declared import Model
from allot_gateway.version import VERSION

MILLISECONDS = 1000
_TASKS: Mapping[TaskType, str] = {
    TaskType.RERANK: "text_similarity",
    TaskType.SPARSE_EMBEDDING: "text_expansion",
    TaskType.TEXT_EMBEDDING: "text_embedding",
}


def describe_model(model: Model, *, has_status: bool) -> dict[str, Any]:
    """Return a model's configuration; with `has_status` whether it can be deployed."""
    spec = model.spec
    assert spec is not None  # only models that obey the rules are listed
    body: dict[str, Any] = {
        "model_id": model.model_id,
        "model_type": "pytorch",
        "created_by": "_xpack" if is_built_in((model.model_id,)) else "api_user",
        "version": VERSION,
        "create_time": parse_milliseconds(model.subject.created),
        "description": spec.description or "",
        "tags": [],
        "metadata": {},
        "input": {"field_names": ["text_field"]},
        "inference_config": {_TASKS[task]: _describe_task(task, spec) for task in spec.task_types},
    }
    if spec.prefix_strings is not None:
        body["prefix_strings"] = spec.prefix_strings.model_dump(mode="json")
    if has_status:
        body["fully_defined"] = model.was_accepted
    return body


def parse_milliseconds(stamp: str) -> int:
    """Return the API server's stamp in milliseconds since 1970."""
    return int(datetime.fromisoformat(stamp).timestamp()) * MILLISECONDS if stamp else 0


def _describe_task(task: TaskType, spec: TrainedModelSpec) -> dict[str, Any]:
    if task is TaskType.TEXT_EMBEDDING and spec.dimensions is not None:
        return {"embedding_size": spec.dimensions}
    return {}
