from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allot_api.chunking import WordChunking, resolve_chunking
from allot_api.inference_endpoint import InferenceEndpointSpec
from allot_api.rules.chunking import CHUNKING_RULES
from allot_api.rules.rule import Candidate


def broken_by(task_type: str = "text_embedding", **chunking: Any) -> set[str]:
    spec = InferenceEndpointSpec.model_validate(
        {
            "task_type": task_type,
            "service": "elasticsearch",
            "service_settings": {"model_id": "e5"},
            "chunking_settings": chunking or None,
        }
    )
    candidate = Candidate("e", spec)
    return {rule.name for rule in CHUNKING_RULES if not rule.is_obeyed(candidate)}


@pytest.mark.parametrize("task_type", ["rerank", "sparse_embedding", "text_embedding"])
def test_no_rule_is_about_an_endpoint_without_chunking_settings(task_type: str) -> None:
    assert broken_by(task_type) == set()


@settings(deadline=None)
@given(st.integers(10, 1000), st.integers(1, 1000))
def test_an_overlap_is_admitted_up_to_half(size: int, overlap: int) -> None:
    broken = broken_by(strategy="word", max_chunk_size=size, overlap=overlap)

    assert (broken == set()) == (2 * overlap <= size)
    assert broken <= {"overlap_above_half"}


@settings(deadline=None)
@given(st.integers(2, 1000))
def test_words_that_obey_the_rules_always_get_on(half: int) -> None:
    size = max(10, 2 * half)
    assert broken_by(strategy="word", max_chunk_size=size, overlap=size // 2) == set()

    spec = {"strategy": "word", "max_chunk_size": size, "overlap": size // 2}
    chunking = resolve_chunking(
        InferenceEndpointSpec.model_validate(
            {
                "task_type": "text_embedding",
                "service": "elasticsearch",
                "service_settings": {},
                "chunking_settings": spec,
            }
        ).chunking_settings
    )

    assert isinstance(chunking, WordChunking)
    assert chunking.overlap < chunking.max_chunk_size
