"""The status of a TrainedModel."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from allot_api.conditions import merge_condition
from allot_api.trained_model import TrainedModelStatus
from allot_operator.acceptance.verdict import Verdict
from allot_operator.facts.declared import Model
from allot_operator.judging.conclusions import judge_accepted


def build_model_status(model: Model, verdict: Verdict, now: datetime) -> TrainedModelStatus:
    """Return the whole status; equal to what is recorded if nothing changed."""
    finding = replace(judge_accepted(verdict), observed_generation=model.subject.generation)
    return TrainedModelStatus(
        conditions=merge_condition(model.status.conditions, finding, now),
        observed_generation=model.subject.generation,
    )
