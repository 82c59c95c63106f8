"""A management call's body: one JSON object, strictly read."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request

from allot_protocol.errors import ErrorType, RequestFault
from allot_protocol.reading import read_body
from allot_protocol.request_body import load_object, shorten

# Settings, not texts: a chunking_settings of 50 separators has 13 kB.
BODY_BYTES = 256 * 1024
MOST_DEPTH = 32


async def read_object(request: Request) -> dict[str, Any]:
    """Return the object of a request's body; raises RequestFault."""
    return parse_object(await read_body(request.receive, request.headers, BODY_BYTES))


async def read_optional_object(request: Request) -> dict[str, Any]:
    """Return the object of a request's body, empty where there is none; raises RequestFault."""
    headers = request.headers
    if headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
        return {}
    content = await read_body(request.receive, request.headers, BODY_BYTES)
    return parse_object(content) if content.strip() else {}


def parse_object(content: bytes) -> dict[str, Any]:
    """Return the object that a body holds; raises RequestFault."""
    _refuse_depth(load_object(content))
    whole: dict[str, Any] = json.loads(content, object_pairs_hook=_refuse_twice)
    return whole


def _refuse_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _refusal(f"Duplicate field [{shorten(name)}]")
        found[name] = value
    return found


def _refuse_depth(document: Any) -> None:
    """Refuse what would be too deep for those who read it next."""
    layer, depth = [document], 0
    while layer:
        depth += 1
        if depth > MOST_DEPTH:
            raise _refusal("the body is nested too deeply")
        layer = [
            child
            for item in layer
            if isinstance(item, dict | list)
            for child in (item.values() if isinstance(item, dict) else item)
        ]


def _refusal(message: str) -> RequestFault:
    return RequestFault(ErrorType.PARSE, message)
