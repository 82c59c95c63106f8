"""The status of a ModelDeployment."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from allot_api.conditions import ConditionType, Finding, merge_conditions
from allot_api.model_deployment import ModelDeploymentStatus
from allot_operator.desired.deployment import choose_resource_name
from allot_operator.desired.ownership import build_selector
from allot_operator.desired.service import build_service_url
from allot_operator.judging.conclusions import (
    Evidence,
    judge_accepted,
    judge_ready,
    judge_reconciling,
    judge_stalled,
)
from allot_operator.judging.deployment_facts import DeploymentFacts
from allot_operator.judging.deployment_statistics import build_stats
from allot_operator.judging.model_availability import (
    FAILURES,
    describe_model,
    judge_model_available,
)
from allot_operator.judging.pod_findings import (
    find_hindrance,
    judge_servable,
    judge_threads,
    judge_up_to_date,
)
from allot_operator.judging.scaling_limits import judge_scaling_limited


def build_deployment_status(facts: DeploymentFacts, now: datetime) -> ModelDeploymentStatus:
    """Return the whole status; equal to what is recorded if nothing changed."""
    findings = judge_deployment_facts(facts)
    model = next(one for one in findings if one.type is ConditionType.MODEL_AVAILABLE)
    subject, recorded = facts.deployment.subject, facts.deployment.status
    is_made = facts.workload is not None
    name = choose_resource_name(facts.deployment.deployment_id)
    labels = build_selector(name)
    return ModelDeploymentStatus(
        conditions=merge_conditions(recorded.conditions, findings, now),
        observed_generation=subject.generation,
        replicas=len(facts.pods) if is_made else None,
        selector=",".join(f"{key}={labels[key]}" for key in sorted(labels)) if is_made else None,
        deployment_stats=build_stats(facts, findings) if is_made else None,
        model=describe_model(facts, model),
        url=(
            build_service_url(subject.namespace, facts.deployment.deployment_id)
            if is_made
            else None
        ),
    )


def judge_deployment_facts(facts: DeploymentFacts) -> tuple[Finding, ...]:
    """Return all conditions, in the order in which status lists them."""
    evidence = Evidence(
        model=judge_model_available(facts),
        servable=judge_servable(facts),
        up_to_date=judge_up_to_date(facts),
        hindrance=find_hindrance(facts),
    )
    ready = judge_ready(facts, evidence)
    stalled = judge_stalled(facts, evidence, ready)
    is_hindered = (
        not facts.verdict.is_accepted
        or evidence.hindrance is not None
        or evidence.model.reason in FAILURES
    )
    recorded = facts.recorded(ConditionType.RECONCILING)
    findings = (
        judge_accepted(facts.verdict),
        evidence.model,
        evidence.servable,
        evidence.up_to_date,
        ready,
        stalled,
        judge_reconciling(ready, stalled, recorded, is_hindered=is_hindered),
        judge_threads(facts),
        judge_scaling_limited(facts),
    )
    generation = facts.deployment.subject.generation
    return tuple(replace(one, observed_generation=generation) for one in findings)
