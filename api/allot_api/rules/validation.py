"""Applies a kind's schema and rules to what a user wrote, as the API server does.

The schema comes first and speaks in the API server's words; the rules are asked only of
a spec that fits the schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from allot_api.inference_endpoint import InferenceEndpointSpec
from allot_api.model_deployment import ModelDeploymentSpec
from allot_api.rules.deployment import DEPLOYMENT_RULES
from allot_api.rules.endpoint import ENDPOINT_RULES
from allot_api.rules.model import MODEL_RULES
from allot_api.rules.rule import Candidate, Rule, SpecT
from allot_api.rules.schema_words import describe_error
from allot_api.trained_model import TrainedModelSpec


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong: the field, from `spec` on, and a sentence about it."""

    field: str
    message: str


def validate_endpoint(
    spec: Mapping[str, object], *, name: str, old: InferenceEndpointSpec | None = None
) -> list[Violation]:
    """Return what is wrong with an InferenceEndpoint's spec; empty if it may be stored.

    `name` is metadata.name; `old` is the stored spec that this one would replace.
    """
    return _validate(InferenceEndpointSpec, ENDPOINT_RULES, spec, name=name, old=old)


def validate_deployment(
    spec: Mapping[str, object], *, name: str, old: ModelDeploymentSpec | None = None
) -> list[Violation]:
    """Return what is wrong with a ModelDeployment's spec; see `validate_endpoint`."""
    return _validate(ModelDeploymentSpec, DEPLOYMENT_RULES, spec, name=name, old=old)


def validate_model(
    spec: Mapping[str, object], *, name: str, old: TrainedModelSpec | None = None
) -> list[Violation]:
    """Return what is wrong with a TrainedModel's spec; see `validate_endpoint`."""
    return _validate(TrainedModelSpec, MODEL_RULES, spec, name=name, old=old)


def without_nulls(value: object) -> object:
    """Return the value without its null fields, which the API server reads as left out."""
    if isinstance(value, Mapping):
        return {key: without_nulls(child) for key, child in value.items() if child is not None}
    if isinstance(value, list):
        return [without_nulls(child) for child in value]
    return value


def _validate(
    kind: type[SpecT],
    rules: tuple[Rule[SpecT], ...],
    spec: Mapping[str, object],
    *,
    name: str,
    old: SpecT | None,
) -> list[Violation]:
    try:
        parsed = kind.model_validate(
            without_nulls(spec), extra="forbid", by_alias=True, by_name=False
        )
    except ValidationError as error:
        return [Violation(*describe_error(detail)) for detail in error.errors()]
    before = None if old is None else Candidate(name=name, spec=old)
    candidate = Candidate(name=name, spec=parsed, old=before)
    return [
        Violation(f"spec.{rule.path}", rule.render(candidate))
        for rule in rules
        if not rule.is_obeyed(candidate)
    ]
