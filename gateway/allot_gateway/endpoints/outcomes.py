"""How the start of an endpoint goes, by the operator's word in its status. Pure."""

from __future__ import annotations

from allot_api.conditions import AcceptedReason, Condition
from allot_cluster.declared import Endpoint
from allot_gateway.endpoints.checks import refuse_existing
from allot_gateway.starting import Failed, Outcome, Pending, Started, find_refusal, find_stall
from allot_protocol.errors import ErrorType, RequestFault


def judge_start(endpoint: Endpoint) -> Outcome[Endpoint]:
    """Return how it goes; of a shared deployment it is enough that the endpoint is accepted."""
    status = endpoint.status
    if status.observed_generation != endpoint.subject.generation:
        return Pending()
    if (refusal := find_refusal(status.conditions)) is not None:
        return Failed(describe_refusal(endpoint.inference_id, refusal))
    name = f"inference endpoint [{endpoint.inference_id}]"
    if (stall := find_stall(status.conditions, name)) is not None:
        return Failed(stall)
    is_attached = endpoint.settings is not None and endpoint.settings.is_attached
    stats = status.deployment_stats
    serves = stats is not None and stats.allocation_status.allocation_count > 0
    if serves or (is_attached and endpoint.was_accepted):
        return Started(endpoint)
    return Pending()


def describe_refusal(inference_id: str, accepted: Condition) -> RequestFault:
    """Return what an endpoint that is not accepted is to the client that asked for it."""
    if accepted.reason == AcceptedReason.ID_TAKEN:
        known = refuse_existing(inference_id)
        return RequestFault(known.kind, f"{known.message}: {accepted.message}")
    if accepted.reason == AcceptedReason.DEPLOYMENT_NOT_FOUND:
        return RequestFault(ErrorType.NOT_FOUND, f"Cannot find deployment: {accepted.message}")
    return RequestFault(
        ErrorType.BAD_REQUEST,
        f"Inference endpoint [{inference_id}] is not accepted: {accepted.message}",
    )
