"""The pass over a TrainedModel: its acceptance."""

from __future__ import annotations

from allot_cluster.declared import read_model
from allot_cluster.resources import TRAINED_MODELS
from allot_operator.acceptance.models import judge_model
from allot_operator.judging.model_status import build_model_status
from allot_operator.judging.transitions import find_notices
from allot_operator.passes.gathering import gather_models
from allot_operator.passes.status_writing import write_status
from allot_operator.passes.surroundings import DONE, GONE, Result, Surroundings
from allot_operator.work.keys import Key


async def pass_over_model(around: Surroundings, key: Key) -> Result:
    """Bring a TrainedModel's status up to date."""
    manifest = await around.cluster.get(TRAINED_MODELS, key.namespace, key.name)
    if manifest is None:
        return GONE
    model = read_model(manifest)
    if model.subject.is_being_deleted:
        return DONE
    verdict = judge_model(model, await gather_models(around.cluster, key.namespace))
    status = build_model_status(model, verdict, around.now())
    if await write_status(around.cluster, model.subject, manifest, status):
        notices = find_notices(model.status.conditions, status.conditions)
        await around.announcer.announce(model.subject, notices)
    return DONE
