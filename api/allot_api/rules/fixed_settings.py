"""What of a stored InferenceEndpoint cannot be changed."""

from __future__ import annotations

from allot_api.rules.endpoint_terms import (
    SETTINGS,
    EndpointRule,
    effective_model,
    effective_model_cel,
    is_attached,
    settings_of,
)
from allot_api.rules.immutability import ABSENT, immutable_rule
from allot_api.rules.rule import quote
from allot_api.terms import ElementType, Similarity

MAKE_ANOTHER = "make a new endpoint, under another name or after this one is deleted"
IS_ATTACHED_IN = (f"has({{root}}.{SETTINGS}.deployment_id)", is_attached)


def _or_cel(root: str, field: str, default: str) -> str:
    """Return the CEL for an optional field, or what its absence means."""
    path = f"{root}.{SETTINGS}.{field}"
    return f"(has({path}) ? {path} : {quote(default)})"


def _vectors_rule(field: str, default: str) -> EndpointRule:
    return immutable_rule(
        f"{SETTINGS}.{field}",
        lambda root: _or_cel(root, field, default),
        lambda it: getattr(settings_of(it), field) or default,
        because="indices were made for it",
        instead=MAKE_ANOTHER,
        unless=IS_ATTACHED_IN,
    )


FIXED_RULES: tuple[EndpointRule, ...] = (
    immutable_rule(
        "task_type",
        lambda root: f"{root}.task_type",
        lambda it: it.spec.task_type,
        because="clients rely on the task of an endpoint",
        instead=MAKE_ANOTHER,
    ),
    immutable_rule(
        "service",
        lambda root: f"{root}.service",
        lambda it: it.spec.service,
        because="an endpoint stays with its service",
        instead=MAKE_ANOTHER,
    ),
    # Beside a deployment_id it repeats what the deployment says, and Accepted compares the two.
    immutable_rule(
        f"{SETTINGS}.model_id",
        effective_model_cel,
        effective_model,
        because="what one model has embedded cannot be compared with what another has",
        instead=MAKE_ANOTHER,
        unless=IS_ATTACHED_IN,
    ),
    immutable_rule(
        f"{SETTINGS}.deployment_id",
        lambda root: _or_cel(root, "deployment_id", ABSENT),
        lambda it: settings_of(it).deployment_id or ABSENT,
        because="an endpoint stays with its deployment",
        instead=MAKE_ANOTHER,
    ),
    _vectors_rule("similarity", Similarity.COSINE),
    _vectors_rule("element_type", ElementType.FLOAT),
)
