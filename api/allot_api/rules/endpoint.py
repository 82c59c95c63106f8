"""The rules of InferenceEndpoint, as Elasticsearch's two pages about it state them."""

from __future__ import annotations

from allot_api.inference_endpoint import InferenceEndpointSpec
from allot_api.resolve import DEFAULT_NUM_THREADS, ELSER_MINIMUM
from allot_api.rules.chunking import CHUNKING_RULES
from allot_api.rules.endpoint_terms import (
    ADAPTIVE,
    IS_ATTACHED,
    IS_ELSER,
    SETTINGS,
    Endpoint,
    EndpointRule,
    adaptive_of,
    effective_model,
    effective_model_cel,
    is_attached,
    is_elser,
    settings_of,
)
from allot_api.rules.fixed_settings import FIXED_RULES
from allot_api.rules.pod import PodReader, attached_pod_rule, pod_rules
from allot_api.rules.reserved_ids import RESERVED_ID_RULES
from allot_api.rules.rule import Rule, Scope, Term, ViolationReason, quote
from allot_api.rules.scaling import (
    IS_EXTERNAL,
    attached_scaling_rule,
    is_external,
    scaling_rules,
)
from allot_api.rules.shared import (
    both_allocations_rule,
    bounds_rule,
    id_rule,
    immutable_id_rule,
    thread_rule,
)
from allot_api.rules.task_options import TASK_OPTION_RULES
from allot_api.terms import TaskType

LEAST = f"{ADAPTIVE}.min_number_of_allocations"
EFFECTIVE_ID = "(has(self.spec.inference_id) ? self.spec.inference_id : self.metadata.name)"
DEPLOYMENT_IN_OBJECT = f"self.spec.{SETTINGS}.deployment_id"
# An endpoint that says nothing about the number of its own model pods.
IS_NOT_SIZED = f"{IS_ATTACHED} || {IS_EXTERNAL}"


def inference_id(endpoint: Endpoint) -> str:
    """Return the id that clients call."""
    return endpoint.spec.inference_id or endpoint.name


def _least(endpoint: Endpoint) -> int | None:
    adaptive = adaptive_of(endpoint)
    return adaptive.min_number_of_allocations if adaptive else None


def _is_not_sized(endpoint: Endpoint) -> bool:
    return is_attached(endpoint) or is_external(endpoint.spec.scaling)


def _has_allocations(endpoint: Endpoint) -> bool:
    adaptive = adaptive_of(endpoint)
    is_adaptive = adaptive is not None and adaptive.enabled
    return is_adaptive or settings_of(endpoint).num_allocations is not None


IDS: tuple[EndpointRule, ...] = (
    id_rule("inference_id", lambda it: it.spec.inference_id, instead="my-endpoint"),
    id_rule(
        f"{SETTINGS}.model_id",
        lambda it: settings_of(it).model_id,
        instead=".multilingual-e5-small",
    ),
    id_rule(
        f"{SETTINGS}.deployment_id",
        lambda it: settings_of(it).deployment_id,
        instead="my-deployment",
    ),
    immutable_id_rule("inference_id", inference_id),
    Rule(
        name="inference_id_is_model_id",
        path="inference_id",
        cel=f"{EFFECTIVE_ID} != {effective_model_cel('self.spec')}",
        holds=lambda it: inference_id(it) != effective_model(it),
        message="inference_id is '{id}', which is the model_id: it must not be the id of its "
        "model: write another inference_id",
        terms={"id": Term(EFFECTIVE_ID, inference_id)},
        scope=Scope.OBJECT,
    ),
    Rule(
        name="inference_id_is_deployment_id",
        path="inference_id",
        cel=f"!has({DEPLOYMENT_IN_OBJECT}) || {EFFECTIVE_ID} != {DEPLOYMENT_IN_OBJECT}",
        holds=lambda it: inference_id(it) != settings_of(it).deployment_id,
        message="inference_id is '{id}', which is the deployment_id: it must not be the id of a "
        "deployment: write another inference_id",
        terms={"id": Term(EFFECTIVE_ID, inference_id)},
        scope=Scope.OBJECT,
    ),
)

TASKS: tuple[EndpointRule, ...] = (
    Rule(
        name="elser_is_sparse_only",
        path="task_type",
        cel=f"!({IS_ELSER}) || self.task_type == {quote(TaskType.SPARSE_EMBEDDING)}",
        holds=lambda it: not is_elser(it) or it.spec.task_type is TaskType.SPARSE_EMBEDDING,
        message="task_type is {task}: the service elser does sparse_embedding only: write "
        "task_type: sparse_embedding, or service: elasticsearch",
        terms={"task": Term("self.task_type", lambda it: it.spec.task_type)},
    ),
)

SIZES: tuple[EndpointRule, ...] = (
    Rule(
        name="model_id_missing",
        path=f"{SETTINGS}.model_id",
        cel=f"{IS_ELSER} || {IS_ATTACHED} || has(self.{SETTINGS}.model_id)",
        holds=lambda it: is_elser(it) or is_attached(it) or settings_of(it).model_id is not None,
        message="model_id is missing: the service elasticsearch needs one: write model_id: and the "
        "id of a TrainedModel, or deployment_id: and the id of a ModelDeployment to share",
        reason=ViolationReason.REQUIRED,
    ),
    Rule(
        name="num_threads_missing",
        path=f"{SETTINGS}.num_threads",
        cel=f"{IS_ELSER} || {IS_ATTACHED} || has(self.{SETTINGS}.num_threads)",
        holds=lambda it: is_elser(it) or is_attached(it) or settings_of(it).num_threads is not None,
        message="num_threads is missing: the service elasticsearch needs it: write num_threads: 1, "
        "or another power of two up to 32",
        reason=ViolationReason.REQUIRED,
    ),
    thread_rule(f"{SETTINGS}.num_threads", lambda it: settings_of(it).num_threads),
    Rule(
        name="allocations_missing",
        path=f"{SETTINGS}.num_allocations",
        cel=f"{IS_NOT_SIZED} || has(self.{SETTINGS}.num_allocations) "
        f"|| (has(self.{ADAPTIVE}) && self.{ADAPTIVE}.enabled)",
        holds=lambda it: _is_not_sized(it) or _has_allocations(it),
        message="num_allocations is missing: one of num_allocations and enabled "
        "adaptive_allocations is needed: write num_allocations: 1, or adaptive_allocations with "
        "enabled: true",
        reason=ViolationReason.REQUIRED,
    ),
    # An endpoint that shares a deployment may carry both, as Elasticsearch answers them, and one
    # that others scale may keep what holds again when they stop.
    both_allocations_rule(
        f"{SETTINGS}.",
        lambda it: settings_of(it).num_allocations,
        adaptive_of,
        unless=(IS_NOT_SIZED, _is_not_sized),
    ),
    bounds_rule(ADAPTIVE, adaptive_of),
    Rule(
        name="elser_minimum_below_one",
        path=LEAST,
        cel=f"!({IS_ELSER}) || !has(self.{ADAPTIVE}) || !has(self.{LEAST}) "
        f"|| self.{LEAST} >= {ELSER_MINIMUM}",
        holds=lambda it: (
            not is_elser(it) or (least := _least(it)) is None or least >= ELSER_MINIMUM
        ),
        message="min_number_of_allocations is {least}: the service elser keeps at least "
        f"{ELSER_MINIMUM} allocation: write min_number_of_allocations: {ELSER_MINIMUM}, or "
        "service: elasticsearch to scale to zero",
        terms={"least": Term(f"self.{LEAST}", _least)},
    ),
)

UPGRADES: tuple[EndpointRule, ...] = (
    Rule(
        name="upgrade_policy_of_another",
        path="upgradePolicy",
        cel=f"!({IS_ATTACHED}) || !has(self.upgradePolicy)",
        holds=lambda it: not is_attached(it) or it.spec.upgrade_policy is None,
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
    *RESERVED_ID_RULES,
    *TASKS,
    *SIZES,
    *scaling_rules(lambda it: it.spec.scaling),
    attached_scaling_rule(lambda it: it.spec.scaling, (IS_ATTACHED, is_attached)),
    *UPGRADES,
    *pod_rules(POD),
    attached_pod_rule(POD, (IS_ATTACHED, is_attached)),
    *TASK_OPTION_RULES,
    *CHUNKING_RULES,
    *FIXED_RULES,
)
