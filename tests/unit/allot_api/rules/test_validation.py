from __future__ import annotations

from typing import Any

import pytest

from allot_api.inference_endpoint import InferenceEndpointSpec
from allot_api.model_deployment import ModelDeploymentSpec
from allot_api.rules import (
    Violation,
    validate_deployment,
    validate_endpoint,
    validate_model,
)
from allot_api.rules.deployment import DEPLOYMENT_RULES
from allot_api.rules.endpoint import ENDPOINT_RULES
from allot_api.rules.model import MODEL_RULES
from allot_api.rules.rule import Candidate, Rule
from allot_api.rules.validation import without_nulls
from allot_api.trained_model import TrainedModelSpec
from tests.cases.validation import CASES, NAME, Case

VALIDATORS: dict[str, tuple[Any, Any, tuple[Rule[Any], ...]]] = {
    "InferenceEndpoint": (validate_endpoint, InferenceEndpointSpec, ENDPOINT_RULES),
    "ModelDeployment": (validate_deployment, ModelDeploymentSpec, DEPLOYMENT_RULES),
    "TrainedModel": (validate_model, TrainedModelSpec, MODEL_RULES),
}


def violations_of(case: Case) -> list[Violation]:
    validate, model, _ = VALIDATORS[case.kind]
    old = None if case.old is None else model.model_validate(case.old)
    found: list[Violation] = validate(case.spec, name=NAME, old=old)
    return found


@pytest.mark.parametrize("case", CASES, ids=str)
def test_finds_what_is_wrong_and_nothing_else(case: Case) -> None:
    found = violations_of(case)

    assert sorted(found, key=str) == sorted(case.violations, key=str)


@pytest.mark.parametrize("kind", VALIDATORS)
def test_every_rule_is_broken_by_a_case(kind: str) -> None:
    _, model, rules = VALIDATORS[kind]
    broken = set()
    for case in CASES:
        if case.kind == kind:
            broken |= {rule.name for rule in rules if is_broken(rule, case, model)}

    assert {rule.name for rule in rules} - broken == set()


def is_broken(rule: Rule[Any], case: Case, model: Any) -> bool:
    try:
        spec = model.model_validate(case.spec)
    except ValueError:
        return False
    old = Candidate(NAME, model.model_validate(case.old)) if case.old else None
    candidate = Candidate(NAME, spec, old)
    return not rule.is_obeyed(candidate)


def test_reads_null_as_left_out() -> None:
    assert without_nulls({"a": None, "b": {"c": None}, "d": [None, {"e": None}]}) == {
        "b": {},
        "d": [None, {}],
    }
