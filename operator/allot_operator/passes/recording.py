"""Keeps the decisions on the target where they outlive the operator."""

from __future__ import annotations

import logging

from allot_api.names import SHAPE_MANAGER, decisions_name
from allot_api.scaling_decision import DECISIONS_KEY, Decisions, keep_latest, parse_decisions
from allot_cluster.errors import ClusterError
from allot_cluster.interface import Manifest
from allot_cluster.resources import CONFIG_MAPS
from allot_cluster.subjects import Subject, controller_uid
from allot_operator.desired.decisions import build_decisions
from allot_operator.passes.choosing import Choice
from allot_operator.passes.surroundings import Surroundings
from allot_operator.scaling.records import build_record, is_recorded, may_be_recorded

logger = logging.getLogger(__name__)


async def record_decision(
    around: Surroundings, owner: Subject, deployment_id: str, choice: Choice
) -> None:
    """Add a decision to the deployment's ConfigMap, if there is news in it.

    One that cannot be written is let go: scaling does not wait for its own story.
    """
    decision, live_target = choice.decision, choice.live_target
    # Most decisions change nothing, and then nothing is read either.
    if not may_be_recorded(decision, live_target):
        return
    name = decisions_name(deployment_id)
    try:
        found = await around.cluster.get(CONFIG_MAPS, owner.namespace, name)
        if found is not None and controller_uid(found) != owner.uid:
            logger.warning("ConfigMap %s of %s is somebody else's: nothing is kept", name, owner)
            return
        kept = read_decisions(found)
        if is_recorded(kept.latest, decision, live_target):
            record = build_record(choice.policy, decision, live_target, around.now())
            manifest = build_decisions(owner, deployment_id, keep_latest([*kept.records, record]))
            await around.cluster.apply(CONFIG_MAPS, manifest, field_manager=SHAPE_MANAGER)
    except ClusterError as error:
        logger.warning("The decision on %s is not kept: %s", owner, error)


def read_decisions(manifest: Manifest | None) -> Decisions:
    """Return the records of a ConfigMap; none where there is none."""
    data = (manifest or {}).get("data") or {}
    return parse_decisions(data.get(DECISIONS_KEY, ""))
