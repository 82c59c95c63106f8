"""The rules of InferenceEndpoint, as Elasticsearch's two pages about it state them."""

from __future__ import annotations

from allot_api.inference_endpoint import InferenceEndpointSpec
from allot_api.model_deployment import AdaptiveAllocations
from allot_api.resolve import DEFAULT_NUM_THREADS, ELSER_MINIMUM, ELSER_MODEL
from allot_api.rules.pod import PodReader, attached_pod_rule, pod_rules
from allot_api.rules.rule import Candidate, Rule, Scope, Term, ViolationReason, quote
from allot_api.rules.shared import (
    both_allocations_rule,
    bounds_rule,
    id_rule,
    immutable_id_rule,
    thread_rule,
)
from allot_api.terms import Service, TaskType

Endpoint = Candidate[InferenceEndpointSpec]

SETTINGS = "service_settings"
ADAPTIVE = f"{SETTINGS}.adaptive_allocations"
LEAST = f"{ADAPTIVE}.min_number_of_allocations"
IS_ATTACHED = f"has(self.{SETTINGS}.deployment_id)"
IS_ELSER = f"self.service == {quote(Service.ELSER)}"
EFFECTIVE_ID = "(has(self.spec.inference_id) ? self.spec.inference_id : self.metadata.name)"
MODEL_IN_OBJECT = f"self.spec.{SETTINGS}.model_id"
# The service elser names its model by itself, unless it shares a deployment.
EFFECTIVE_MODEL = (
    f"(has({MODEL_IN_OBJECT}) ? {MODEL_IN_OBJECT} : self.spec.service == {quote(Service.ELSER)} "
    f"&& !has(self.spec.{SETTINGS}.deployment_id) ? {quote(ELSER_MODEL)} : '')"
)


def inference_id(endpoint: Endpoint) -> str:
    """Return the id that clients call."""
    return endpoint.spec.inference_id or endpoint.name


def _model_id(endpoint: Endpoint) -> str:
    settings = endpoint.spec.service_settings
    is_implied = _is_elser(endpoint) and not _is_attached(endpoint)
    return settings.model_id or (ELSER_MODEL if is_implied else "")


def _is_elser(endpoint: Endpoint) -> bool:
    return endpoint.spec.service is Service.ELSER


def _is_attached(endpoint: Endpoint) -> bool:
    return endpoint.spec.service_settings.deployment_id is not None


def _adaptive(endpoint: Endpoint) -> AdaptiveAllocations | None:
    return endpoint.spec.service_settings.adaptive_allocations


def _least(endpoint: Endpoint) -> int | None:
    adaptive = _adaptive(endpoint)
    return adaptive.min_number_of_allocations if adaptive else None


def _has_allocations(endpoint: Endpoint) -> bool:
    adaptive = _adaptive(endpoint)
    is_adaptive = adaptive is not None and adaptive.enabled
    return is_adaptive or endpoint.spec.service_settings.num_allocations is not None


IDS: tuple[Rule[InferenceEndpointSpec], ...] = (
    id_rule("inference_id", lambda it: it.spec.inference_id, instead="my-endpoint"),
    id_rule(
        f"{SETTINGS}.model_id",
        lambda it: it.spec.service_settings.model_id,
        instead=".multilingual-e5-small",
    ),
    id_rule(
        f"{SETTINGS}.deployment_id",
        lambda it: it.spec.service_settings.deployment_id,
        instead="my-deployment",
    ),
    immutable_id_rule("inference_id", inference_id),
    Rule(
        name="inference_id_is_model_id",
        path="inference_id",
        cel=f"{EFFECTIVE_ID} != {EFFECTIVE_MODEL}",
        holds=lambda it: inference_id(it) != _model_id(it),
        message="inference_id is '{id}', which is the model_id: it must not be the id of its "
        "model: write another inference_id",
        terms={"id": Term(EFFECTIVE_ID, inference_id)},
        scope=Scope.OBJECT,
    ),
)

TASKS: tuple[Rule[InferenceEndpointSpec], ...] = (
    Rule(
        name="elser_is_sparse_only",
        path="task_type",
        cel=f"!({IS_ELSER}) || self.task_type == {quote(TaskType.SPARSE_EMBEDDING)}",
        holds=lambda it: not _is_elser(it) or it.spec.task_type is TaskType.SPARSE_EMBEDDING,
        message="task_type is {task}: the service elser does sparse_embedding only: write "
        "task_type: sparse_embedding, or service: elasticsearch",
        terms={"task": Term("self.task_type", lambda it: it.spec.task_type)},
    ),
)

SIZES: tuple[Rule[InferenceEndpointSpec], ...] = (
    Rule(
        name="model_id_missing",
        path=f"{SETTINGS}.model_id",
        cel=f"{IS_ELSER} || {IS_ATTACHED} || has(self.{SETTINGS}.model_id)",
        holds=lambda it: (
            _is_elser(it) or _is_attached(it) or it.spec.service_settings.model_id is not None
        ),
        message="model_id is missing: the service elasticsearch needs one: write model_id: and the "
        "id of a TrainedModel, or deployment_id: and the id of a ModelDeployment to share",
        reason=ViolationReason.REQUIRED,
    ),
    Rule(
        name="num_threads_missing",
        path=f"{SETTINGS}.num_threads",
        cel=f"{IS_ELSER} || {IS_ATTACHED} || has(self.{SETTINGS}.num_threads)",
        holds=lambda it: (
            _is_elser(it) or _is_attached(it) or it.spec.service_settings.num_threads is not None
        ),
        message="num_threads is missing: the service elasticsearch needs it: write num_threads: 1, "
        "or another power of two up to 32",
        reason=ViolationReason.REQUIRED,
    ),
    thread_rule(f"{SETTINGS}.num_threads", lambda it: it.spec.service_settings.num_threads),
    Rule(
        name="allocations_missing",
        path=f"{SETTINGS}.num_allocations",
        cel=f"{IS_ATTACHED} || has(self.{SETTINGS}.num_allocations) "
        f"|| (has(self.{ADAPTIVE}) && self.{ADAPTIVE}.enabled)",
        holds=lambda it: _is_attached(it) or _has_allocations(it),
        message="num_allocations is missing: one of num_allocations and enabled "
        "adaptive_allocations is needed: write num_allocations: 1, or adaptive_allocations with "
        "enabled: true",
        reason=ViolationReason.REQUIRED,
    ),
    # An endpoint that shares a deployment may carry both, as Elasticsearch answers them.
    both_allocations_rule(
        f"{SETTINGS}.",
        lambda it: it.spec.service_settings.num_allocations,
        _adaptive,
        unless=(IS_ATTACHED, _is_attached),
    ),
    bounds_rule(ADAPTIVE, _adaptive),
    Rule(
        name="elser_minimum_below_one",
        path=LEAST,
        cel=f"!({IS_ELSER}) || !has(self.{ADAPTIVE}) || !has(self.{LEAST}) "
        f"|| self.{LEAST} >= {ELSER_MINIMUM}",
        holds=lambda it: (
            not _is_elser(it) or (least := _least(it)) is None or least >= ELSER_MINIMUM
        ),
        message="min_number_of_allocations is {least}: the service elser keeps at least "
        f"{ELSER_MINIMUM} allocation: write min_number_of_allocations: {ELSER_MINIMUM}, or "
        "service: elasticsearch to scale to zero",
        terms={"least": Term(f"self.{LEAST}", _least)},
    ),
)

UPGRADES: tuple[Rule[InferenceEndpointSpec], ...] = (
    Rule(
        name="upgrade_policy_of_another",
        path="upgradePolicy",
        cel=f"!({IS_ATTACHED}) || !has(self.upgradePolicy)",
        holds=lambda it: not _is_attached(it) or it.spec.upgrade_policy is None,
        message="upgradePolicy is {policy}, but the endpoint shares deployment '{deployment}', "
        "whose own upgradePolicy counts: leave it out here, and write it into that ModelDeployment",
        terms={
            "policy": Term("self.upgradePolicy", lambda it: it.spec.upgrade_policy),
            "deployment": Term(
                f"self.{SETTINGS}.deployment_id",
                lambda it: it.spec.service_settings.deployment_id,
            ),
        },
    ),
)

POD: PodReader[InferenceEndpointSpec] = PodReader(
    pod=lambda it: it.spec.pod,
    threads_cel=f"(has(self.{SETTINGS}.num_threads) ? self.{SETTINGS}.num_threads "
    f": {DEFAULT_NUM_THREADS})",
    threads=lambda it: it.spec.service_settings.num_threads or DEFAULT_NUM_THREADS,
)

ENDPOINT_RULES = (
    *IDS,
    *TASKS,
    *SIZES,
    *UPGRADES,
    *pod_rules(POD),
    attached_pod_rule(POD, (IS_ATTACHED, _is_attached)),
)
