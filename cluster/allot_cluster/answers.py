"""What an answer of the API server means: a Status object and its code to one of our errors.

Pure; `transport` reads the bytes, and a watch meets the same Status objects inside its stream.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from allot_cluster.errors import (
    AlreadyExists,
    ClusterError,
    Conflict,
    Expired,
    Forbidden,
    Invalid,
    NotFound,
    Unavailable,
)

_BY_CODE: dict[int, type[ClusterError]] = {
    401: Forbidden,
    403: Forbidden,
    409: Conflict,
    410: Expired,
}
_LATER = {408, 429}
_NOT_FOUND = 404
_INTERNAL = 500
_SHOWN_CHARACTERS = 300


def error_from_answer(code: int, body: bytes, headers: Mapping[str, str]) -> ClusterError:
    """Return the error that an answer with a status code of 400 or more stands for."""
    status = parse_status(body)
    message = status.get("message") or _plain_text(body) or f"the API server answered {code}"
    return error_from_status({**status, "code": code, "message": message}, headers)


def error_from_status(status: Mapping[str, Any], headers: Mapping[str, str]) -> ClusterError:
    """Return the error that a Status object stands for; its code decides, then its reason."""
    code = int(status.get("code", _INTERNAL))
    message = str(status.get("message", f"the API server answered {code}"))
    if code in _LATER or code >= _INTERNAL:
        return Unavailable(message, retry_after=_retry_after(status, headers))
    if status.get("reason") == "AlreadyExists":
        return AlreadyExists(message)
    if code == _NOT_FOUND:
        return NotFound(message, of_object=bool((status.get("details") or {}).get("name")))
    return _BY_CODE.get(code, Invalid)(message)


def parse_status(body: bytes) -> dict[str, Any]:
    """Return the Status object in the body, or an empty one (proxies answer with plain text)."""
    try:
        parsed = json.loads(body)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) and parsed.get("kind") == "Status" else {}


def _plain_text(body: bytes) -> str:
    return body.decode(errors="replace").strip()[:_SHOWN_CHARACTERS]


def _retry_after(status: Mapping[str, Any], headers: Mapping[str, str]) -> timedelta | None:
    """Return how long the server asks to wait; dates, which it never sends, are not read."""
    named = headers.get("Retry-After") or (status.get("details") or {}).get("retryAfterSeconds")
    try:
        return timedelta(seconds=int(named)) if named else None
    except ValueError:
        return None
