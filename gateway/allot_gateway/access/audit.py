"""One line of JSON for each change that somebody asked for: who, what, where, how it ended.

Never a body, a query string or a header: those may hold texts and keys.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from allot_gateway.access.actions import Action, Caller
from allot_protocol.request_body import shorten

logger = logging.getLogger("allot_gateway.audit")

_REFUSED = (401, 403, 429)
_FIRST_ERROR, _FIRST_FAILURE = 400, 500
_SHOWN_CHARACTERS = 256


class Outcome(StrEnum):
    """How a change ended."""

    DONE = "done"
    DENIED = "denied"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Change:
    """A request to change something, and its answer."""

    at: datetime
    request_id: str
    caller: Caller | None
    """None where it is not known who sent it."""
    action: Action
    method: str
    path: str
    status: int
    client: str = ""


def choose_outcome(status: int) -> Outcome:
    """Return how a request ended, by the status of its answer."""
    if status in _REFUSED:
        return Outcome.DENIED
    if status >= _FIRST_FAILURE:
        return Outcome.FAILED
    return Outcome.REFUSED if status >= _FIRST_ERROR else Outcome.DONE


def build_line(change: Change) -> str:
    """Return the line, keys in a fixed order; what clients choose is cut at 256 characters."""
    caller = change.caller
    line = {
        "audit": "change",
        "at": change.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "request_id": _cut(change.request_id),
        "user": _cut(caller.user) if caller else None,
        "groups": list(caller.groups) if caller else [],
        "key_id": caller.key_id if caller else None,
        "client": change.client,
        "verb": change.action.verb.value,
        "resource": f"{change.action.resource}.{change.action.group}",
        "namespace": _cut(change.action.namespace),
        "name": _cut(change.action.name) if change.action.name is not None else None,
        "method": change.method,
        "path": _cut(change.path.partition("?")[0]),
        "status": change.status,
        "outcome": choose_outcome(change.status).value,
    }
    # ASCII alone: no character of a client's ends the line, or looks as if it did.
    return json.dumps(line, separators=(",", ":"))


def write(change: Change) -> None:
    """Log the line."""
    logger.info("%s", build_line(change))


def _cut(text: str) -> str:
    return shorten(text, _SHOWN_CHARACTERS)
