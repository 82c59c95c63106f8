"""How a request ended, in the few words that a metric's label may have. Pure."""

from __future__ import annotations

from asyncio import CancelledError
from enum import StrEnum

from starlette.requests import ClientDisconnect

from allot_protocol.errors import ErrorType, RequestFault


class Outcome(StrEnum):
    """The ends of a request; `invalid` is what its client has to mend."""

    OK = "ok"
    INVALID = "invalid"
    TOO_LARGE = "too_large"
    NOT_READY = "not_ready"
    QUEUE_FULL = "queue_full"
    TIMEOUT = "timeout"
    CLIENT_LEFT = "client_left"
    FAILED = "failed"


# HTTP's statuses of what a client cannot mend.
SERVERS_OWN = 500
_OF_FAULTS = {
    ErrorType.TOO_LARGE: Outcome.TOO_LARGE,
    ErrorType.NOT_READY: Outcome.NOT_READY,
    ErrorType.REJECTED: Outcome.QUEUE_FULL,
    ErrorType.TIMEOUT: Outcome.TIMEOUT,
}


def classify(error: BaseException) -> Outcome:
    """Return how a request ended that raised this."""
    match error:
        case RequestFault():
            otherwise = Outcome.INVALID if error.status < SERVERS_OWN else Outcome.FAILED
            return _OF_FAULTS.get(error.kind, otherwise)
        case ClientDisconnect() | CancelledError():
            return Outcome.CLIENT_LEFT
        case _:
            return Outcome.FAILED
