"""Who sends the target of allocations, `Deployment.spec.replicas`, and when.

Two field managers are at work on one Deployment. `allot` owns its shape. Had it left replicas out
while it was their only owner, the API server would have removed the field and put its default, 1;
so it sends the live value until managedFields names another owner. `allot-scaler` makes all
changes. A crash between the two writes leaves a Deployment of which `allot` is the only owner, and
the next pass goes on from there.

    created by `allot`, replicas sent   owners {allot}
    applied by `allot-scaler`           owners {allot, allot-scaler}
    next change of shape, left out      owners {allot-scaler}
"""

from __future__ import annotations

from allot_api.names import SCALER_MANAGER, SHAPE_MANAGER
from allot_cluster.interface import Manifest
from allot_cluster.resources import DEPLOYMENTS
from allot_operator.facts.workloads import Workload, find_strangers
from allot_operator.planning.actions import Apply


def choose_live_target(workload: Workload | None, recorded: int | None) -> int | None:
    """Return the target that is in force, or None before there is a Deployment.

    Where a stranger wrote replicas, that is the one which status recorded last.
    """
    if workload is None:
        return None
    if workload.has_strange_target and recorded is not None:
        return recorded
    return workload.replicas


def with_replicas(wanted: Manifest, workload: Workload | None, target: int) -> Manifest:
    """Return the Deployment as `allot` sends it: with replicas only while nobody else owns them."""
    if workload is None:
        return _set_replicas(wanted, target)
    if workload.replicas_owners - {SHAPE_MANAGER}:
        return wanted
    return _set_replicas(wanted, workload.replicas)


def plan_scale(wanted: Manifest, workload: Workload | None, target: int) -> Apply | None:
    """Return the write of the target, or None if it stands there and is the scaler's."""
    is_ours = workload is not None and SCALER_MANAGER in workload.replicas_owners
    if workload is not None and is_ours and workload.replicas == target:
        return None
    metadata = {key: wanted["metadata"][key] for key in ("name", "namespace")}
    manifest = {
        "apiVersion": wanted["apiVersion"],
        "kind": wanted["kind"],
        "metadata": metadata,
        "spec": {"replicas": target},
    }
    is_strange = (
        workload is not None and workload.has_strange_target and workload.replicas != target
    )
    return Apply(
        DEPLOYMENTS,
        manifest,
        manager=SCALER_MANAGER,
        overwritten=("spec.replicas",) if is_strange else (),
        strangers=find_strangers(workload.manifest) if workload and is_strange else (),
    )


def _set_replicas(wanted: Manifest, replicas: int) -> Manifest:
    return {**wanted, "spec": {**wanted["spec"], "replicas": replicas}}
