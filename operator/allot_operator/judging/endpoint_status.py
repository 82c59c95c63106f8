"""The status of an InferenceEndpoint: its own acceptance, and what its deployment says.

An endpoint's conditions are those of the ModelDeployment that serves it, so that the two
cannot tell different stories; only `Accepted`, and what follows from it, is its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from allot_api.condition_lookup import find_condition, find_reason
from allot_api.conditions import (
    REASONS,
    Condition,
    ConditionType,
    Finding,
    ModelAvailableReason,
    ReadyReason,
    Reason,
    ReconcilingReason,
    ScalingLimitedReason,
    ServableReason,
    StalledReason,
    Status,
    ThreadsExceedQuotaReason,
    UpToDateReason,
    merge_conditions,
)
from allot_api.inference_endpoint import InferenceEndpointStatus
from allot_cluster.declared import Deployment, Endpoint
from allot_operator.acceptance.verdict import Verdict
from allot_operator.desired.front import Front, NoFront, build_endpoint_url
from allot_operator.judging.conclusions import judge_accepted, judge_reconciling

MIRRORED = (
    ConditionType.MODEL_AVAILABLE,
    ConditionType.SERVABLE,
    ConditionType.UP_TO_DATE,
    ConditionType.READY,
    ConditionType.STALLED,
    ConditionType.RECONCILING,
    ConditionType.THREADS_EXCEED_QUOTA,
    ConditionType.SCALING_LIMITED,
)
REFUSED_MESSAGE = "the endpoint is not accepted"
# Where an endpoint serves nothing because it is refused, these say why.
EXPLAINED = frozenset({ConditionType.SERVABLE, ConditionType.RECONCILING})
MADE_MESSAGE = "its ModelDeployment has just been made"


@dataclass(frozen=True, slots=True)
class EndpointFacts:
    """An endpoint after its plan was applied, with the ModelDeployment that serves it, if any.

    `refusal` is the API server's sentence where it refused what was applied. `front` is the
    gateway before the pods.
    """

    endpoint: Endpoint
    verdict: Verdict
    serving: Deployment | None
    refusal: str = ""
    front: Front | NoFront = NoFront.ABSENT


def build_endpoint_status(facts: EndpointFacts, now: datetime) -> InferenceEndpointStatus | None:
    """Return the whole status, or None to leave it: its deployment has not been judged yet.

    Until then observedGeneration stays behind, which says to all clients that a change is
    being worked on. Only an endpoint that has no word of acceptance yet gets one at once.
    """
    is_judged = facts.serving is not None and facts.serving.is_judged
    is_coming = facts.verdict.is_accepted and not is_judged and not facts.refusal
    if is_coming and facts.endpoint.was_accepted:
        return None
    subject, recorded = facts.endpoint.subject, facts.endpoint.status
    serving = facts.serving if is_judged else None
    findings = tuple(
        replace(one, observed_generation=subject.generation) for one in judge_endpoint_facts(facts)
    )
    return InferenceEndpointStatus(
        conditions=merge_conditions(recorded.conditions, findings, now),
        observed_generation=subject.generation,
        deployment_stats=serving.status.deployment_stats if serving else None,
        model=serving.status.model if serving else None,
        url=_build_url(facts, serving),
    )


def judge_endpoint_facts(facts: EndpointFacts) -> tuple[Finding, ...]:
    """Return all conditions, in the order in which status lists them."""
    accepted = judge_accepted(facts.verdict)
    serving = facts.serving
    if serving is None or not serving.is_judged:
        found = _judge_unserved(facts.verdict)
    else:
        found = {kind: _mirror(serving, kind) for kind in MIRRORED}
    if not facts.verdict.is_accepted and serving is not None and serving.is_judged:
        left = UpToDateReason.NOT_ACCEPTED, "what served before goes on serving"
        found |= _judge_held_up(facts.verdict.reason, facts.verdict.message, left)
    elif facts.refusal:
        left = UpToDateReason.ROLLOUT_IN_PROGRESS, facts.refusal
        found |= _judge_held_up(ReadyReason.WRITE_REFUSED, facts.refusal, left)
    return accepted, *(found[kind] for kind in MIRRORED)


def _mirror(serving: Deployment, kind: ConditionType) -> Finding:
    found = find_condition(serving.status.conditions, kind)
    reason = _reason_of(kind, found) if found else None
    if found is None or reason is None:
        return _blank(ReadyReason.WAITING_FOR_ALLOCATIONS, MADE_MESSAGE)[kind]
    return Finding(kind, found.status, reason, found.message)


def _reason_of(kind: ConditionType, condition: Condition) -> Reason | None:
    """Return the reason as its own type; Ready also carries those of other conditions."""
    kinds = REASONS.values() if kind is ConditionType.READY else (REASONS[kind],)
    found = (find_reason(reasons, condition.reason) for reasons in kinds)
    return next((one for one in found if one is not None), None)


def _judge_held_up(
    reason: Reason, message: str, left: tuple[UpToDateReason, str]
) -> dict[ConditionType, Finding]:
    """Return what a refusal makes of an endpoint whose former deployment goes on serving."""
    ready = Finding(ConditionType.READY, Status.FALSE, reason, message)
    settled = Finding(ConditionType.STALLED, Status.FALSE, StalledReason.NOT_STALLED)
    return {
        ConditionType.UP_TO_DATE: Finding(ConditionType.UP_TO_DATE, Status.FALSE, *left),
        ConditionType.READY: ready,
        ConditionType.STALLED: settled,
        ConditionType.RECONCILING: judge_reconciling(ready, settled, None, is_hindered=True),
    }


def _judge_unserved(verdict: Verdict) -> dict[ConditionType, Finding]:
    if verdict.is_accepted:
        return _blank(ReadyReason.WAITING_FOR_ALLOCATIONS, MADE_MESSAGE)
    blank = _blank(verdict.reason, verdict.message)
    refused = (
        (ConditionType.MODEL_AVAILABLE, ModelAvailableReason.NOT_ACCEPTED),
        (ConditionType.SERVABLE, ServableReason.NOT_ACCEPTED),
        (ConditionType.UP_TO_DATE, UpToDateReason.NOT_ACCEPTED),
        (ConditionType.RECONCILING, ReconcilingReason.WAITING),
    )
    for kind, reason in refused:
        blank[kind] = replace(
            blank[kind],
            reason=reason,
            status=Status.TRUE if kind is ConditionType.RECONCILING else Status.FALSE,
            message=verdict.message if kind in EXPLAINED else REFUSED_MESSAGE,
        )
    return blank


def _blank(reason: Reason, message: str) -> dict[ConditionType, Finding]:
    """Return the conditions of an endpoint that nothing serves."""
    findings = (
        Finding(ConditionType.MODEL_AVAILABLE, Status.UNKNOWN, ModelAvailableReason.NO_PODS),
        Finding(ConditionType.SERVABLE, Status.FALSE, ServableReason.NO_READY_PODS, message),
        Finding(
            ConditionType.UP_TO_DATE, Status.FALSE, UpToDateReason.ROLLOUT_IN_PROGRESS, message
        ),
        Finding(ConditionType.READY, Status.FALSE, reason, message),
        Finding(ConditionType.STALLED, Status.FALSE, StalledReason.NOT_STALLED),
        Finding(ConditionType.RECONCILING, Status.TRUE, ReconcilingReason.SPEC_CHANGED, message),
        Finding(
            ConditionType.THREADS_EXCEED_QUOTA,
            Status.UNKNOWN,
            ThreadsExceedQuotaReason.NOT_REPORTED,
        ),
        Finding(ConditionType.SCALING_LIMITED, Status.UNKNOWN, ScalingLimitedReason.NOT_DECIDED),
    )
    return {finding.type: finding for finding in findings}


def _build_url(facts: EndpointFacts, serving: Deployment | None) -> str | None:
    endpoint, settings = facts.endpoint, facts.endpoint.settings
    if settings is None or serving is None or serving.status.url is None:
        return None
    match facts.front:
        case NoFront.UNKNOWN:
            return endpoint.status.url
        case NoFront.ABSENT:
            base = serving.status.url
        case Front() as front:
            base = front.base_for(endpoint.subject.namespace)
    return build_endpoint_url(base, settings.task_type, settings.inference_id)
