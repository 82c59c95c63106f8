"""The rules of ModelDeployment."""

from __future__ import annotations

import re

from allot_api.known_models import BUILT_IN_MODELS
from allot_api.model_deployment import ModelDeploymentSpec
from allot_api.rules.immutability import immutable_rule
from allot_api.rules.pod import PodReader, pod_rules
from allot_api.rules.rule import Candidate, Rule, Term, ViolationReason, quote
from allot_api.rules.scaling import scaling_rules
from allot_api.rules.shared import (
    both_allocations_rule,
    bounds_rule,
    id_rule,
    immutable_id_rule,
    thread_rule,
)
from allot_api.terms import ElementType, ScalingPolicy

Deployment = Candidate[ModelDeploymentSpec]

# The API server's form of a quantity of bytes; it takes more forms, which nobody misses here.
SIZE_PATTERN = r"^[0-9]+([.][0-9]+)?(k|Ki|M|Mi|G|Gi|T|Ti|P|Pi)?$"
CACHE_KINDS = ("emptyDir", "persistentVolumeClaim", "hostPath")
IS_EXTERNAL = f"self.scaling.policy == {quote(ScalingPolicy.EXTERNAL)}"
WAS_EXTERNAL = f"oldSelf.scaling.policy == {quote(ScalingPolicy.EXTERNAL)}"


def deployment_id(deployment: Deployment) -> str:
    """Return the id that endpoints attach to."""
    return deployment.spec.deployment_id or deployment.name


def _is_external(deployment: Deployment | None) -> bool:
    return deployment is not None and deployment.spec.scaling.policy is ScalingPolicy.EXTERNAL


def _old_replicas(deployment: Deployment) -> int:
    return (deployment.old or deployment).spec.replicas


def _cache_kinds(deployment: Deployment) -> int:
    cache = deployment.spec.cache
    if cache is None:
        return 0
    kinds = (cache.empty_dir, cache.persistent_volume_claim, cache.host_path)
    return sum(kind is not None for kind in kinds)


def _bad_size_limit(deployment: Deployment) -> str | None:
    cache = deployment.spec.cache
    kinds = (cache.empty_dir, cache.persistent_volume_claim, cache.host_path) if cache else ()
    limits = (kind.size_limit for kind in kinds if kind is not None and kind.size_limit is not None)
    return next((one for one in limits if not re.fullmatch(SIZE_PATTERN, one)), None)


def _size_limits_cel() -> str:
    """Return the CEL list of the cache's sizeLimits that are no quantities; the cache is there."""
    found = (
        f"has(self.cache.{kind}) && has(self.cache.{kind}.sizeLimit) ? "
        f'self.cache.{kind}.sizeLimit : "0"'
        for kind in CACHE_KINDS
    )
    limits = ", ".join(f"({one})" for one in found)
    return f"[{limits}].filter(limit, !limit.matches({quote(SIZE_PATTERN)}))"


BAD_SIZE_LIMITS = _size_limits_cel()
POD: PodReader[ModelDeploymentSpec] = PodReader(
    pod=lambda it: it.spec.pod,
    threads_cel="self.num_threads",
    threads=lambda it: it.spec.num_threads,
)

DEPLOYMENT_RULES: tuple[Rule[ModelDeploymentSpec], ...] = (
    id_rule("deployment_id", lambda it: it.spec.deployment_id, instead="my-deployment"),
    id_rule("model_id", lambda it: it.spec.model_id, instead=".multilingual-e5-small"),
    immutable_id_rule("deployment_id", deployment_id),
    immutable_rule(
        "model_id",
        lambda root: f"{root}.model_id",
        lambda it: it.spec.model_id,
        because="endpoints that share a deployment rely on its model",
        instead="make a new deployment, under another name or after this one is deleted",
    ),
    thread_rule("num_threads", lambda it: it.spec.num_threads),
    both_allocations_rule(
        "",
        lambda it: it.spec.num_allocations,
        lambda it: it.spec.adaptive_allocations,
        unless=(IS_EXTERNAL, _is_external),
    ),
    bounds_rule("adaptive_allocations", lambda it: it.spec.adaptive_allocations),
    *scaling_rules(lambda it: it.spec.scaling),
    Rule(
        name="element_type_elsewhere",
        path="element_type",
        cel=f"!has(self.element_type) || self.element_type == {quote(ElementType.FLOAT)} "
        f"|| !(self.model_id in {[*BUILT_IN_MODELS]})",
        holds=lambda it: (
            it.spec.element_type in (None, ElementType.FLOAT)
            or it.spec.model_id not in BUILT_IN_MODELS
        ),
        message="element_type is {value}: it is for a model of your own only, since {model}'s is "
        "known: leave element_type out, or write the model_id of your own model",
        terms={
            "value": Term("self.element_type", lambda it: it.spec.element_type),
            "model": Term("self.model_id", lambda it: it.spec.model_id),
        },
    ),
    # Leaving the policy external may let replicas fall back to its default.
    Rule(
        name="replicas_not_external",
        path="replicas",
        cel=f"{IS_EXTERNAL} || {WAS_EXTERNAL} || self.replicas == oldSelf.replicas",
        holds=lambda it: (
            _is_external(it) or _is_external(it.old) or it.spec.replicas == _old_replicas(it)
        ),
        message="replicas was {old} and cannot become {new}: Allot scales this deployment: change "
        "num_allocations or set scaling.policy: external",
        terms={
            "old": Term("oldSelf.replicas", _old_replicas),
            "new": Term("self.replicas", lambda it: it.spec.replicas),
        },
        reason=ViolationReason.FORBIDDEN,
        is_transition=True,
    ),
    Rule(
        name="cache_of_two_kinds",
        path="cache",
        cel="!has(self.cache) || [has(self.cache.emptyDir), has(self.cache.persistentVolumeClaim), "
        "has(self.cache.hostPath)].filter(chosen, chosen).size() <= 1",
        holds=lambda it: _cache_kinds(it) <= 1,
        message="cache names several kinds of volume: it must be one: write one of emptyDir, "
        "persistentVolumeClaim and hostPath",
    ),
    *pod_rules(POD),
    Rule(
        name="cache_size_limit",
        path="cache",
        cel=f"!has(self.cache) || {BAD_SIZE_LIMITS}.size() == 0",
        holds=lambda it: _bad_size_limit(it) is None,
        message="sizeLimit is '{limit}': it must be a number of bytes, with a unit or without: "
        "write one like 50Gi",
        terms={"limit": Term(f"{BAD_SIZE_LIMITS}[0]", _bad_size_limit)},
    ),
)
