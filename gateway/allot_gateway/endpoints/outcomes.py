"""How the start of an endpoint goes, by the operator's word in its status. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from allot_api.condition_lookup import find_condition
from allot_api.conditions import AcceptedReason, Condition, ConditionType, Status
from allot_cluster.declared import Endpoint
from allot_gateway.endpoints.checks import refuse_existing
from allot_protocol.errors import ErrorType, RequestFault


@dataclass(frozen=True, slots=True)
class Pending:
    """The operator has not said how it goes, or says that it goes on."""


@dataclass(frozen=True, slots=True)
class Started:
    """At least one allocation serves; of a shared deployment: the endpoint is accepted."""

    endpoint: Endpoint


@dataclass(frozen=True, slots=True)
class Failed:
    """Waiting does not mend it."""

    fault: RequestFault


Outcome = Pending | Started | Failed


def judge_start(endpoint: Endpoint | None, uid: str) -> Outcome:
    """Return how it goes with the endpoint that was made with this uid.

    None, or another one of its name, is what a watch shows that is behind.
    """
    if endpoint is None or endpoint.subject.uid != uid:
        return Pending()
    status, subject = endpoint.status, endpoint.subject
    if status.observed_generation != subject.generation:
        return Pending()
    accepted = find_condition(status.conditions, ConditionType.ACCEPTED)
    stalled = find_condition(status.conditions, ConditionType.STALLED)
    if accepted is not None and accepted.status is Status.FALSE:
        return Failed(describe_refusal(endpoint.inference_id, accepted))
    if stalled is not None and stalled.status is Status.TRUE:
        return Failed(
            RequestFault(
                ErrorType.START_FAILED,
                f"Could not start the deployment of inference endpoint [{endpoint.inference_id}]: "
                f"{stalled.message}",
            )
        )
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
