from __future__ import annotations

from typing import Any

import pytest

from allot_api.inference_endpoint import InferenceEndpointSpec
from allot_api.rules.fixed_settings import FIXED_RULES
from allot_api.rules.rule import Candidate

SPEC: dict[str, Any] = {
    "task_type": "text_embedding",
    "service": "elasticsearch",
    "service_settings": {"model_id": "e5", "num_threads": 1, "num_allocations": 1},
}


def broken_by(old: dict[str, Any], new: dict[str, Any]) -> set[str]:
    before = Candidate("e", InferenceEndpointSpec.model_validate(old))
    after = Candidate("e", InferenceEndpointSpec.model_validate(new), old=before)
    return {rule.name for rule in FIXED_RULES if not rule.is_obeyed(after)}


@pytest.mark.parametrize(
    "settings",
    [
        {"num_allocations": 3},
        {"num_threads": 8},
        {"adaptive_allocations": {"enabled": True}},
        {"long_document_strategy": "chunk", "max_chunks_per_doc": 2},
        {"similarity": "cosine", "element_type": "float"},
    ],
)
def test_what_pods_and_answers_follow_may_change(settings: dict[str, Any]) -> None:
    changed = {**SPEC, "service_settings": {**SPEC["service_settings"], **settings}}

    assert broken_by(SPEC, changed) == set()
    assert broken_by(changed, SPEC) == set()


def test_chunking_and_task_settings_may_change() -> None:
    changed = {
        **SPEC,
        "chunking_settings": {"strategy": "none"},
        "task_settings": {"return_documents": False},
    }

    assert broken_by(SPEC, changed) == set()


def test_an_endpoint_that_shares_a_deployment_may_change_all_that_does_not_count() -> None:
    before = {**SPEC, "service_settings": {"deployment_id": "d"}}
    after = {
        **SPEC,
        "service_settings": {"deployment_id": "d", "model_id": "e5", "similarity": "l2_norm"},
    }

    assert broken_by(before, after) == set()
