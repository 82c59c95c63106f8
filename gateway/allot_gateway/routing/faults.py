"""The refusals that a router answers with, in Elasticsearch's words. Pure."""

from __future__ import annotations

import math

from allot_api.condition_lookup import find_condition, find_true
from allot_api.conditions import ConditionType, Status
from allot_cluster.declared import Deployment
from allot_gateway.view.state import Target
from allot_protocol.errors import ErrorType, RequestFault

# Of a line whose rate is not known: what the runtime says of its own.
LEAST_RETRY_SECONDS, MOST_RETRY_SECONDS = 1, 60


def not_found(target: Target) -> RequestFault:
    """Return the refusal where nothing claims the deployment's id."""
    return RequestFault(
        ErrorType.NOT_FOUND, f"deployment [{target.key.deployment_id}] is not found"
    )


def find_stall(target: Target) -> RequestFault | None:
    """Return the refusal of a deployment that waiting will not mend; None where it may."""
    deployment = target.deployment
    if deployment is None or not deployment.is_judged:
        return None
    stalled = find_true(deployment.status.conditions, ConditionType.STALLED)
    if stalled is None:
        return None
    return RequestFault(
        ErrorType.NOT_READY,
        f"deployment [{target.key.deployment_id}] is stalled: {stalled.message}",
    )


def full_line(target: Target, inputs: int, tokens: int, tokens_per_second: float) -> RequestFault:
    """Return the refusal where the line is full; to come back when what waits now is done."""
    seconds = LEAST_RETRY_SECONDS
    if tokens_per_second > 0:
        seconds = math.ceil(min(MOST_RETRY_SECONDS, tokens / tokens_per_second))
    return RequestFault(
        ErrorType.REJECTED,
        f"inference queue of deployment [{target.key.deployment_id}] is full: {inputs} inputs wait",
        retry_after_seconds=max(LEAST_RETRY_SECONDS, seconds),
    )


def too_many_held(target: Target, waiting: int, retry_seconds: int) -> RequestFault:
    """Return the refusal where as many as may wait for the first pod already do."""
    return RequestFault(
        ErrorType.REJECTED,
        f"{waiting} requests already wait for an allocation of deployment "
        f"[{target.key.deployment_id}]",
        retry_after_seconds=retry_seconds,
    )


def no_pod_in_time(target: Target, timeout_seconds: float) -> RequestFault:
    """Return the refusal of a request whose time passed before a pod served."""
    message = (
        f"timeout [{timeout_seconds:g}s] waiting for an allocation of deployment "
        f"[{target.key.deployment_id}] to start"
    )
    state = describe_start(target.deployment)
    return RequestFault(ErrorType.DEPLOYMENT_TIMEOUT, f"{message}: {state}" if state else message)


def no_answer_in_time(timeout_seconds: float) -> RequestFault:
    """Return the refusal of a request whose time passed in line or at a pod."""
    return RequestFault(
        ErrorType.TIMEOUT, f"timeout [{timeout_seconds:g}s] waiting for inference result"
    )


def broken_answer(pod: str, why: object) -> RequestFault:
    """Return the refusal where an answer began and did not end."""
    return RequestFault(ErrorType.BAD_GATEWAY, f"the answer of pod [{pod}] broke off: {why}")


def describe_start(deployment: Deployment | None) -> str:
    """Return how far a deployment's start is, as its status has it; empty where it says nothing."""
    if deployment is None:
        return ""
    status = deployment.status
    if status.model is not None and status.model.state:
        return status.model.state
    servable = find_condition(status.conditions, ConditionType.SERVABLE)
    return "" if servable is None or servable.status is Status.TRUE else servable.message
