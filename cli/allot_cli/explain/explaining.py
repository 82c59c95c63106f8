"""From what the cluster holds to what a person is told. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from allot_api.conditions import ConditionType, Status
from allot_api.names import (
    INFERENCE_ENDPOINT,
    MODEL_DEPLOYMENT,
    OPERATOR_LEASE,
    OPERATOR_NAMESPACE,
    decisions_name,
)
from allot_api.scaling_decision import ScalingDecision
from allot_api.terms import ScalingPolicy
from allot_cli.explain.amounts import say_count
from allot_cli.explain.facts import Deployment, Facts
from allot_cli.explain.outlook import foresee, say_bounds


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is wanted and what is so, why, what would change it, and the decisions, oldest first.

    `target` and `ready` count allocations; None where the operator has not looked yet, or where
    no ModelDeployment serves the endpoint: then `deployment` is empty too. `state` is Ready, and
    `limit` what keeps the number from what the load asks for, empty if nothing does.
    """

    kind: str
    name: str
    namespace: str
    deployment: str = ""
    model_id: str = ""
    policy: str = ""
    bounds: str = ""
    target: int | None = None
    ready: int | None = None
    state: str = ""
    limit: str = ""
    latest: ScalingDecision | None = None
    outlook: tuple[str, ...] = ()
    decisions: tuple[ScalingDecision, ...] = ()
    notes: tuple[str, ...] = ()


def explain(facts: Facts, last: int) -> Explanation:
    """Return the explanation, with at most the `last` decisions."""
    endpoint, deployment = facts.endpoint, facts.deployment
    kind = INFERENCE_ENDPOINT if endpoint else MODEL_DEPLOYMENT
    state, limit = _say_state(facts), _say_limit(facts)
    if deployment is None:
        serving = endpoint.serving_deployment_id if endpoint else ""
        return Explanation(
            kind=kind,
            name=endpoint.name if endpoint else "",
            namespace=facts.namespace,
            state=state,
            limit=limit,
            notes=(f"no ModelDeployment with the deployment_id {serving} serves it",),
        )
    settings, stats = deployment.settings, deployment.status.deployment_stats
    counts = stats.allocation_status if stats else None
    target = counts.target_allocation_count if counts else None
    records = facts.decisions.records if facts.decisions else ()
    latest = records[-1] if records else None
    return Explanation(
        kind=kind,
        name=endpoint.name if endpoint else deployment.name,
        namespace=facts.namespace,
        deployment=deployment.name,
        model_id=settings.model_id,
        policy=_say_policy(deployment),
        bounds=say_bounds(settings),
        target=target,
        ready=counts.allocation_count if counts else None,
        state=state,
        limit=limit,
        latest=latest,
        outlook=foresee(deployment, target, latest),
        decisions=records[-last:],
        notes=tuple(_find_notes(facts, deployment, target)),
    )


def _say_policy(deployment: Deployment) -> str:
    settings = deployment.settings
    is_fixed = settings.policy is not ScalingPolicy.EXTERNAL and settings.adaptive is None
    return "a fixed number" if is_fixed else f"policy {settings.policy}"


def _say_state(facts: Facts) -> str:
    found = facts.condition(ConditionType.READY)
    if found is None:
        return "Unknown: the operator has not looked at it"
    return f"{found.status}, {found.reason}" + (f": {found.message}" if found.message else "")


def _say_limit(facts: Facts) -> str:
    found = facts.condition(ConditionType.SCALING_LIMITED)
    if found is None or found.status is not Status.TRUE:
        return ""
    return f"{found.reason}: {found.message}" if found.message else found.reason


def _find_notes(facts: Facts, deployment: Deployment, target: int | None) -> Iterator[str]:
    kept = facts.decisions
    if kept is None or (not kept.records and not kept.misread):
        name = decisions_name(deployment.settings.deployment_id)
        yield (
            "no decision was kept yet: the operator keeps one, in ConfigMap "
            f"{name}, whenever it moves the number; to see that it runs: kubectl get lease "
            f"{OPERATOR_LEASE} -n {OPERATOR_NAMESPACE}"
        )
        return
    if kept.misread:
        lines = say_count(kept.misread, "line")
        yield f"{lines} among the kept decisions could not be read, and are left out"
    latest = kept.latest
    if latest is not None and target is not None and latest.target != target:
        yield (
            f"the last decision kept went to {latest.target}, and the number is {target} now: "
            "something else has set it since"
        )
