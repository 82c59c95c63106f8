"""How the start of a deployment goes, by the operator's word in its status. Pure."""

from __future__ import annotations

from allot_api.terms import AllocationState
from allot_cluster.declared import Deployment
from allot_gateway.starting import Failed, Outcome, Pending, Started, find_refusal, find_stall
from allot_gateway.trained_models.starts import WaitFor
from allot_protocol.errors import ErrorType, RequestFault


def judge_start(deployment: Deployment, wait_for: WaitFor) -> Outcome[Deployment]:
    """Return whether the deployment is as far as is waited for."""
    if not deployment.is_judged:
        return Pending()
    conditions, name = deployment.status.conditions, f"[{deployment.deployment_id}]"
    if (refusal := find_refusal(conditions)) is not None:
        return Failed(
            RequestFault(
                ErrorType.BAD_REQUEST, f"deployment {name} is not accepted: {refusal.message}"
            )
        )
    if (stall := find_stall(conditions, name)) is not None:
        return Failed(stall)
    stats = deployment.stats
    if stats is None or stats.allocation_status.allocation_count < 1:
        return Pending()
    state = stats.allocation_status.state
    is_enough = wait_for is WaitFor.STARTED or state is AllocationState.FULLY_ALLOCATED
    return Started(deployment) if is_enough else Pending()
