"""Refusals in Elasticsearch's shape: who are you, you may not, come back later."""

from __future__ import annotations

from allot_gateway.access.actions import Action, Caller
from allot_protocol.errors import ErrorType, RequestFault

CHALLENGES = ('Basic realm="security", charset="UTF-8"', 'Bearer realm="security"', "ApiKey")
AWAY_SECONDS = 5


class Refusal(RequestFault):
    """A request is not let in; `caller` is who sent it, where that is known: for the audit."""

    caller: Caller | None = None


def missing_credentials() -> Refusal:
    """Return the refusal of a request that shows nothing."""
    return _unauthenticated(
        "missing authentication credentials: send an Authorization header with ApiKey, Basic or "
        "Bearer"
    )


def malformed_credentials(reason: str) -> Refusal:
    """Return the refusal of a header that cannot be read."""
    return _unauthenticated(f"unable to read the credentials of this request: {reason}")


def wrong_credentials() -> Refusal:
    """Return the refusal of what is not known, wrong or expired: it does not say which."""
    return _unauthenticated("unable to authenticate with the credentials of this request")


def not_allowed(user: str, action: Action) -> Refusal:
    """Return the refusal of somebody who is known; it names the privilege that is missing."""
    return Refusal(
        ErrorType.FORBIDDEN,
        f"action [{action.verb}] is unauthorized for user [{user}] on {action.describe()}, this "
        f"action is granted by the RBAC verb [{action.verb}] on the resource "
        f"[{action.resource}.{action.group}] in namespace [{action.namespace}]",
    )


def cannot_ask(subject: str, reason: str) -> Refusal:
    """Return what is answered while the API server does not say."""
    return Refusal(
        ErrorType.UNAVAILABLE,
        f"{subject} cannot be checked: {reason}",
        retry_after_seconds=AWAY_SECONDS,
    )


def too_often(user: str, retry_after_seconds: int) -> Refusal:
    """Return the refusal of a key that is over its rate."""
    return Refusal(
        ErrorType.REJECTED,
        f"user [{user}] sends more requests than its API key may: try again in "
        f"{retry_after_seconds} s",
        retry_after_seconds=retry_after_seconds,
    )


def too_many(most: int) -> Refusal:
    """Return the refusal of a request for which there is no place."""
    return Refusal(
        ErrorType.REJECTED,
        f"the gateway answers [{most}] requests at once and has no place for another",
        retry_after_seconds=1,
    )


def _unauthenticated(message: str) -> Refusal:
    return Refusal(ErrorType.UNAUTHENTICATED, message, challenges=CHALLENGES)
