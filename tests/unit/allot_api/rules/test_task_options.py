from __future__ import annotations

from typing import Any

import pytest

from allot_api.inference_endpoint import InferenceEndpointSpec
from allot_api.rules.rule import Candidate
from allot_api.rules.task_options import TASK_OPTION_RULES

EVERYTHING: dict[str, Any] = {
    "long_document_strategy": "truncate",
    "max_chunks_per_doc": 3,
    "similarity": "cosine",
    "element_type": "byte",
}


def broken_by(task_type: str, **settings: Any) -> set[str]:
    spec = InferenceEndpointSpec.model_validate(
        {"task_type": task_type, "service": "elasticsearch", "service_settings": settings}
    )
    candidate = Candidate("e", spec)
    return {rule.name for rule in TASK_OPTION_RULES if not rule.is_obeyed(candidate)}


@pytest.mark.parametrize("task_type", ["rerank", "sparse_embedding", "text_embedding"])
def test_an_endpoint_that_shares_a_deployment_may_carry_them_all(task_type: str) -> None:
    assert broken_by(task_type, deployment_id="shared", **EVERYTHING) == set()


def test_each_is_refused_where_it_means_nothing() -> None:
    assert broken_by("sparse_embedding", model_id="mine", **EVERYTHING) == {
        "long_document_strategy_elsewhere",
        "max_chunks_without_chunk",
        "similarity_elsewhere",
        "element_type_elsewhere",
    }


@pytest.mark.parametrize("task_type", ["rerank", "sparse_embedding", "text_embedding"])
def test_no_model_admits_what_belongs_to_different_tasks(task_type: str) -> None:
    for model_id in ("mine", ".rerank-v1", ".multilingual-e5-small", ".elser_model_2"):
        broken = broken_by(
            task_type, model_id=model_id, long_document_strategy="chunk", similarity="cosine"
        )
        assert broken
