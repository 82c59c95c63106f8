"""All policies by name, and with which parameters each of them runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from allot_api.scaling import Scaling, resolve_scaling
from allot_api.terms import ScalingPolicy
from allot_operator.scaling.policy import Bound, Policy, Tuning, build_tuning
from bench.scaling.engine import Scaler, Setup
from bench.scaling.load import Load
from bench.scaling.policies.driven import Driven, observe_node, observe_pods
from bench.scaling.policies.hpa import ConcurrencyHpa, CpuHpa
from bench.scaling.policies.kpa import UNLIMITED_CONCURRENCY, UTILIZATION, Knative, KnativeRule
from bench.scaling.policies.kubeai import KubeAI
from bench.scaling.policies.lines import PresentOracle, build_foresight
from bench.scaling.policies.ray_serve import RayRule, RayServe
from bench.scaling.service import Service, serve_like_elasticsearch

OURS = "work"
ELASTICSEARCH, ELASTICSEARCH_OWN = "elasticsearch", "elasticsearch-own"
ORACLE, FORESIGHT, BEST_CONSTANT = "present-oracle", "foresight", "best-constant"
# They know what no policy can know.
LINES = (BEST_CONSTANT, ORACLE, FORESIGHT)
# `work@0.7` is `work` with another target_utilization.
SEPARATOR = "@"

Build = Callable[[Setup, Load], Scaler]


@dataclass(frozen=True, slots=True)
class Contender:
    """How a policy is built, the least number it goes down to, and the service it runs on."""

    build: Build
    floor: int = 0
    serve: Callable[[Service], Service] = lambda service: service


def count_full_pass(setup: Setup, load: Load) -> float:
    """Return how many inputs of mean length a full pass holds: the concurrency of a busy pod."""
    budget = setup.service.budget
    return min(float(budget.inputs), budget.tokens / max(1.0, load.mean_tokens))


def _build_ours(setup: Setup, load: Load, tuning: Tuning | None = None) -> Scaler:
    policy = Policy(Bound.ADAPTIVE, load.minimum, setup.maximum, tuning=tuning or Tuning())
    return Driven(policy)


def _build_elasticsearch(setup: Setup, load: Load) -> Scaler:
    name = ScalingPolicy.ELASTICSEARCH
    tuning = build_tuning(resolve_scaling(Scaling(policy=name)))
    policy = Policy(Bound.ADAPTIVE, load.minimum, setup.maximum, name, tuning)
    return Driven(policy, observe_node if setup.service.is_shared else observe_pods)


PEERS: Mapping[str, Contender] = {
    ELASTICSEARCH: Contender(_build_elasticsearch),
    ELASTICSEARCH_OWN: Contender(_build_elasticsearch, serve=serve_like_elasticsearch),
    "hpa-cpu": Contender(lambda setup, load: CpuHpa(), floor=1),
    "hpa-concurrency": Contender(
        lambda setup, load: ConcurrencyHpa(count_full_pass(setup, load)), floor=1
    ),
    "kpa": Contender(
        lambda setup, load: Knative(KnativeRule(UNLIMITED_CONCURRENCY * UTILIZATION), load.minimum)
    ),
    "kpa-1": Contender(lambda setup, load: Knative(KnativeRule(UTILIZATION), load.minimum)),
    "kubeai": Contender(lambda setup, load: KubeAI(minimum=load.minimum)),
    "ray-serve": Contender(lambda setup, load: RayServe(RayRule(minimum=load.minimum))),
}
KNOWING: Mapping[str, Contender] = {
    ORACLE: Contender(lambda setup, load: PresentOracle(minimum=load.minimum)),
    FORESIGHT: Contender(
        lambda setup, load: build_foresight(setup.starts.median_seconds, load.minimum)
    ),
}


def list_policies() -> list[str]:
    """Return all names."""
    return [OURS, *PEERS, BEST_CONSTANT, *KNOWING]


def is_operators(name: str) -> bool:
    """Whether a policy is one of the operator's own."""
    return name.partition(SEPARATOR)[0] in {OURS, ELASTICSEARCH, ELASTICSEARCH_OWN}


def find_contender(name: str) -> Contender:
    """Return a policy by its name, that of a sweep included; raises KeyError."""
    if name == OURS:
        return Contender(_build_ours)
    base, _, share = name.partition(SEPARATOR)
    if base == OURS and share:
        tuning = replace(Tuning(), target_utilization=float(share))
        return Contender(lambda setup, load: _build_ours(setup, load, tuning))
    return {**PEERS, **KNOWING}[name]
