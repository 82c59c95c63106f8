"""Whether a TrainedModel is accepted."""

from __future__ import annotations

from collections.abc import Sequence

from allot_api.conditions import AcceptedReason
from allot_cluster.declared import Model
from allot_operator.acceptance.catalogue import find_holder
from allot_operator.acceptance.claims import refuse_taken
from allot_operator.acceptance.verdict import Verdict


def judge_model(model: Model, neighbours: Sequence[Model]) -> Verdict:
    """Return the verdict on a model among all models of its namespace, itself included."""
    if model.spec is None:
        is_source = model.violation.startswith("spec.source")
        reason = AcceptedReason.INVALID_SOURCE if is_source else AcceptedReason.INVALID_SPEC
        return Verdict(reason, model.violation)
    for identifier in (model.model_id, *model.aliases):
        holder = find_holder(neighbours, identifier)
        if holder is not None and holder.subject.uid != model.subject.uid:
            word = "model_id" if identifier == model.model_id else "alias"
            return refuse_taken(word, identifier, holder.subject)
    return Verdict(AcceptedReason.ACCEPTED, f"endpoints may name {model.model_id}")
