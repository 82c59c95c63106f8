from __future__ import annotations

from allot_api.terms import Normalization, Precision, Scoring, SpecialTokens
from allot_api.trained_model import TrainedModelSpec

SPEC = {"source": {"uri": "package://weights/model"}, "task_types": ["rerank"]}


def test_source_and_tasks_are_enough() -> None:
    spec = TrainedModelSpec.model_validate(SPEC)

    assert spec.normalization is Normalization.L2
    assert spec.scoring is Scoring.CROSS_ENCODER
    assert spec.precision is Precision.FLOAT32
    assert spec.special_tokens is SpecialTokens.KEEP
    assert spec.max_sequence_length == 512


def test_survives_the_way_to_a_pod_as_json() -> None:
    spec = TrainedModelSpec.model_validate(
        {**SPEC, "prefix_strings": {"search": "query: "}, "aliases": [".rerank-v1"]}
    )

    assert TrainedModelSpec.model_validate_json(spec.model_dump_json(exclude_none=True)) == spec
