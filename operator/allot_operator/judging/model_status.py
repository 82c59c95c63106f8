"""The status of a TrainedModel."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from allot_api.conditions import (
    ConditionType,
    Finding,
    StalledReason,
    Status,
    merge_conditions,
)
from allot_api.trained_model import TrainedModelStatus
from allot_cluster.declared import Model
from allot_operator.acceptance.verdict import Verdict
from allot_operator.judging.conclusions import judge_accepted, judge_reconciling


def build_model_status(model: Model, verdict: Verdict, now: datetime) -> TrainedModelStatus:
    """Return the whole status; equal to what is recorded if nothing changed."""
    generation = model.subject.generation
    findings = (replace(one, observed_generation=generation) for one in judge_model_facts(verdict))
    return TrainedModelStatus(
        conditions=merge_conditions(model.status.conditions, findings, now),
        observed_generation=generation,
    )


def judge_model_facts(verdict: Verdict) -> tuple[Finding, ...]:
    """Return all conditions: a model that is refused may be mended by the next apply."""
    accepted = judge_accepted(verdict)
    settled = Finding(ConditionType.STALLED, Status.FALSE, StalledReason.NOT_STALLED)
    return accepted, judge_reconciling(accepted, settled, None, is_hindered=True)
