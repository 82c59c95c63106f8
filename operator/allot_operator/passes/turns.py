"""Reads which deployments are being rolled, for the one that waits to be upgraded."""

from __future__ import annotations

from allot_api.names import MANAGED_BY, MANAGED_BY_LABEL, MODEL_DEPLOYMENT_LABEL
from allot_api.terms import UpgradePolicy
from allot_cluster.resources import DEPLOYMENTS
from allot_operator.facts.workloads import Workload, read_workload
from allot_operator.passes.surroundings import Surroundings
from allot_operator.planning.upgrades import Upgrade, decide_upgrade

OUR_DEPLOYMENTS = f"{MANAGED_BY_LABEL}={MANAGED_BY},{MODEL_DEPLOYMENT_LABEL}"


async def take_turn(around: Surroundings, policy: UpgradePolicy, own: Workload | None) -> Upgrade:
    """Return whether an upgrade may begin, having read no more than that takes."""
    turns = around.turns
    others: tuple[Workload, ...] = ()
    if policy is UpgradePolicy.AUTOMATIC:
        others = await _read_roller(around, own) or await _list_workloads(around)
        turns.roller = next((one.subject for one in others if one.is_rolling), None)
    upgrade = decide_upgrade(policy, own, others)
    if upgrade is Upgrade.NOW and own is not None:
        turns.roller = own.subject
    return upgrade


async def _read_roller(around: Surroundings, own: Workload | None) -> tuple[Workload, ...]:
    """Return the deployment that was rolling when last looked at, if it still is."""
    roller = around.turns.roller
    if roller is None or (own is not None and roller.uid == own.subject.uid):
        return ()
    manifest = await around.cluster.get(DEPLOYMENTS, roller.namespace, roller.name)
    workload = read_workload(manifest) if manifest else None
    return (workload,) if workload is not None and workload.is_rolling else ()


async def _list_workloads(around: Surroundings) -> tuple[Workload, ...]:
    """Return the Deployments of all ModelDeployments that are looked after."""
    listings = [
        await around.cluster.list(DEPLOYMENTS, namespace=namespace, label_selector=OUR_DEPLOYMENTS)
        for namespace in around.namespaces or (None,)
    ]
    return tuple(read_workload(item) for listing in listings for item in listing.items)
