"""`deployment_stats`: a ModelDeployment in the words of Elasticsearch's `_stats`.

Rates and counters are not among them: they change with every request, and status must not.
Elasticsearch's `nodes` are the pods, which `status.selector` finds.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from allot_api.conditions import ConditionType, Finding, Status
from allot_api.deployment_stats import (
    AdaptiveBounds,
    AllocationStatus,
    DeploymentStats,
    allocation_state,
)
from allot_api.resolve import AdaptiveSettings, DeploymentSettings
from allot_api.terms import DeploymentState
from allot_operator.judging.deployment_facts import DeploymentFacts
from allot_operator.judging.model_availability import FAILURES

MILLISECONDS = 1000


def build_stats(facts: DeploymentFacts, findings: Iterable[Finding]) -> DeploymentStats | None:
    """Return the statistics; those that were recorded, if the spec says nothing usable now."""
    settings = facts.deployment.settings
    if settings is None:
        return facts.deployment.stats
    count = len(facts.ready_pods)
    state, reason = judge_state(facts, {finding.type: finding for finding in findings})
    return DeploymentStats(
        deployment_id=settings.deployment_id,
        model_id=_choose_model_id(facts, settings),
        num_threads=settings.num_threads,
        threads_per_allocation=settings.num_threads,
        number_of_allocations=facts.target,
        adaptive_allocations=_build_bounds(settings.adaptive),
        queue_capacity=settings.queue_capacity,
        state=state,
        reason=reason or None,
        allocation_status=AllocationStatus(
            allocation_count=count,
            target_allocation_count=facts.target,
            state=allocation_state(count, facts.target),
        ),
        start_time=parse_milliseconds(facts.deployment.subject.created),
    )


def judge_state(
    facts: DeploymentFacts, findings: dict[ConditionType, Finding]
) -> tuple[DeploymentState, str]:
    """Return Elasticsearch's word for the deployment, with the reason if it failed.

    What serves is started, whatever else is wrong; so is what is asked to have no allocation.
    """
    if facts.ready_pods or facts.target == 0:
        return DeploymentState.STARTED, ""
    model, stalled = findings[ConditionType.MODEL_AVAILABLE], findings[ConditionType.STALLED]
    if model.reason in FAILURES:
        return DeploymentState.FAILED, model.message
    if stalled.status is Status.TRUE:
        return DeploymentState.FAILED, stalled.message
    return DeploymentState.STARTING, ""


def parse_milliseconds(stamp: str) -> int | None:
    """Return the API server's stamp in milliseconds since 1970, as Elasticsearch writes times."""
    return int(datetime.fromisoformat(stamp).timestamp()) * MILLISECONDS if stamp else None


def _choose_model_id(facts: DeploymentFacts, settings: DeploymentSettings) -> str:
    """Return the model's own spelling; of one that is gone, the one that was told before."""
    if facts.found is not None:
        return facts.found.model_id
    stats = facts.deployment.stats
    return stats.model_id if stats else settings.model_id


def _build_bounds(adaptive: AdaptiveSettings | None) -> AdaptiveBounds | None:
    if adaptive is None:
        return None
    return AdaptiveBounds(
        enabled=True,
        min_number_of_allocations=adaptive.minimum,
        max_number_of_allocations=adaptive.maximum,
    )
