"""What a failed call to the API server is to a client. Pure."""

from __future__ import annotations

from allot_cluster.errors import (
    AlreadyExists,
    ClusterError,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Unavailable,
)
from allot_protocol.errors import ErrorType, RequestFault

RETRY_AFTER_SECONDS = 1
_TYPES: dict[type[ClusterError], ErrorType] = {
    AlreadyExists: ErrorType.CONFLICT,
    Conflict: ErrorType.CONFLICT,
    Forbidden: ErrorType.FORBIDDEN,
    Invalid: ErrorType.SETTINGS,
    NotFound: ErrorType.NOT_FOUND,
}


def describe_failure(error: ClusterError) -> RequestFault:
    """Return the fault for a call that failed; its words are the API server's."""
    kind = next((kind for known, kind in _TYPES.items() if isinstance(error, known)), None)
    if kind is not None:
        return RequestFault(kind, f"the API server refuses it: {error}")
    asked = error.retry_after if isinstance(error, Unavailable) else None
    seconds = int(asked.total_seconds()) if asked else 0
    return RequestFault(
        ErrorType.UNAVAILABLE,
        f"the API server does not answer, so nothing can be changed now: {error}",
        retry_after_seconds=max(seconds, RETRY_AFTER_SECONDS),
    )
