"""The ConfigMap with the latest decisions on a deployment's allocations."""

from __future__ import annotations

from collections.abc import Sequence

from allot_api.names import decisions_name, model_labels
from allot_api.scaling_decision import DECISIONS_KEY, ScalingDecision, dump_decisions
from allot_cluster.interface import Manifest
from allot_cluster.resources import CONFIG_MAPS
from allot_cluster.subjects import Subject
from allot_operator.desired.deployment import choose_resource_name
from allot_operator.desired.ownership import build_owner_reference


def build_decisions(
    owner: Subject, deployment_id: str, records: Sequence[ScalingDecision]
) -> Manifest:
    """Return the ConfigMap, which goes when its owner goes."""
    return {
        "apiVersion": CONFIG_MAPS.api_version,
        "kind": CONFIG_MAPS.kind,
        "metadata": {
            "name": decisions_name(deployment_id),
            "namespace": owner.namespace,
            "labels": model_labels(choose_resource_name(deployment_id)),
            "ownerReferences": [build_owner_reference(owner)],
        },
        "data": {DECISIONS_KEY: dump_decisions(records)},
    }
