"""The PodDisruptionBudget of a ModelDeployment."""

from __future__ import annotations

from allot_api.names import model_labels
from allot_cluster.interface import Manifest
from allot_cluster.resources import DISRUPTION_BUDGETS
from allot_cluster.subjects import Subject
from allot_operator.desired.deployment import choose_resource_name
from allot_operator.desired.ownership import build_object, build_selector


def build_disruption_budget(owner: Subject, deployment_id: str) -> Manifest:
    """Return a budget that lets a drain take one pod at a time.

    A pod that is not ready may always be evicted; else one that cannot start would block
    the drain of its node for good.
    """
    name = choose_resource_name(deployment_id)
    spec = {
        "maxUnavailable": 1,
        "selector": {"matchLabels": build_selector(name)},
        "unhealthyPodEvictionPolicy": "AlwaysAllow",
    }
    return build_object(DISRUPTION_BUDGETS, name, owner, model_labels(name), spec)
