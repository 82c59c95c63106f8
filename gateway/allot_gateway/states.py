"""What may be done to a deployment in which state. Pure."""

from __future__ import annotations

from allot_api.deployment_stats import DeploymentStats
from allot_api.terms import DeploymentState
from allot_protocol.errors import ErrorType, RequestFault


def refuse_unless_started(deployment_id: str, stats: DeploymentStats | None) -> None:
    """Refuse another number of allocations before the first one serves; raises RequestFault."""
    state = (stats.state if stats else None) or DeploymentState.STARTING
    if state is not DeploymentState.STARTED:
        raise RequestFault(
            ErrorType.CONFLICT,
            f"cannot update deployment [{deployment_id}] while its state is [{state}]: it must be "
            f"[{DeploymentState.STARTED}]",
        )
