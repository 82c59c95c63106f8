from __future__ import annotations

import pytest

from allot_api.trained_model import TrainedModelSpec
from allot_runtime.errors import ModelFault
from allot_runtime.models.purpose import Purpose, choose_purpose


def a_spec(*tasks: str, **fields: str) -> TrainedModelSpec:
    given = {"source": {"uri": "package://a/b"}, "task_types": list(tasks), **fields}
    return TrainedModelSpec.model_validate(given)


@pytest.mark.parametrize(
    ("spec", "purpose"),
    [
        (a_spec("text_embedding"), Purpose.DENSE),
        (a_spec("sparse_embedding"), Purpose.SPARSE),
        (a_spec("rerank"), Purpose.CROSS_ENCODER),
        (a_spec("rerank", scoring="embedding_similarity"), Purpose.DENSE),
        (a_spec("text_embedding", "rerank", scoring="embedding_similarity"), Purpose.DENSE),
    ],
)
def test_tasks_choose_the_head(spec: TrainedModelSpec, purpose: Purpose) -> None:
    assert choose_purpose(spec) is purpose


def test_tasks_that_need_two_heads_are_refused_with_what_to_write() -> None:
    with pytest.raises(ModelFault, match="scoring: embedding_similarity"):
        choose_purpose(a_spec("text_embedding", "rerank"))
