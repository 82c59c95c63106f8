from __future__ import annotations

from typing import Any

from allot_api.conditions import AcceptedReason
from allot_operator.acceptance.models import judge_model
from tests.unit.allot_operator.builders import a_model

OLD: dict[str, Any] = {"creationTimestamp": "2020-01-01T00:00:00Z"}


def test_a_model_of_its_own_id_is_accepted() -> None:
    model = a_model()

    assert judge_model(model, [model]).is_accepted


def test_a_younger_model_of_the_same_id_is_not() -> None:
    old, young = a_model("old", metadata=OLD), a_model("young")

    verdict = judge_model(young, [young, old])

    assert verdict.reason is AcceptedReason.ID_TAKEN
    assert "TrainedModel old" in verdict.message
    assert judge_model(old, [young, old]).is_accepted


def test_an_alias_of_somebody_elses_id_is_taken() -> None:
    holder, model = a_model("holder", "x"), a_model("m", "y", aliases=["x"])

    assert judge_model(model, [holder, model]).reason is AcceptedReason.ID_TAKEN


def test_a_source_that_is_not_understood_is_told_as_such() -> None:
    model = a_model(source={"uri": "ftp://x"})

    assert judge_model(model, [model]).reason is AcceptedReason.INVALID_SOURCE


def test_any_other_broken_rule_is_an_invalid_spec() -> None:
    model = a_model(aliases=["not an id"])

    assert judge_model(model, [model]).reason is AcceptedReason.INVALID_SPEC
