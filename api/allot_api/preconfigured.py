"""The endpoints that Elasticsearch has without being told; their ids stand for nothing else.

They cost nothing until they are used: 0 to 32 allocations, begun at 0 where a gateway is there.
"""

from __future__ import annotations

from dataclasses import dataclass

from allot_api.known_models import ELSER_MODEL, RERANK_MODEL
from allot_api.terms import Service, TaskType


@dataclass(frozen=True, slots=True)
class Preconfigured:
    """A reserved id, and what alone may have it."""

    inference_id: str
    task_type: TaskType
    model_id: str
    service: Service = Service.ELASTICSEARCH


PRECONFIGURED = (
    Preconfigured(".elser-2-elasticsearch", TaskType.SPARSE_EMBEDDING, ELSER_MODEL),
    Preconfigured(
        ".multilingual-e5-small-elasticsearch", TaskType.TEXT_EMBEDDING, ".multilingual-e5-small"
    ),
    Preconfigured(".rerank-v1-elasticsearch", TaskType.RERANK, RERANK_MODEL),
)


def is_reserved(inference_id: str) -> bool:
    """Return whether the id is a preconfigured endpoint's: no client may make one of this name."""
    return any(inference_id == one.inference_id for one in PRECONFIGURED)
