"""Answers in Elasticsearch's form: its JSON, its error bodies, its product header."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from allot_protocol.errors import RequestFault
from allot_protocol.media_types import choose_answer_type

# On every answer: Elasticsearch's clients refuse others.
PRODUCT = {"X-Elastic-Product": "Elasticsearch"}
CHALLENGE = "WWW-Authenticate"

AnswerJson = Callable[[Request, Mapping[str, Any], int, Mapping[str, str]], Response]


def answer_json(
    request: Request,
    content: Mapping[str, Any],
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return JSON labelled as the client asked; `?pretty` indents it for people."""
    options = orjson.OPT_SERIALIZE_NUMPY
    if request.query_params.get("pretty", "false") in ("", "true"):
        options |= orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return Response(
        orjson.dumps(content, option=options),
        status,
        {**PRODUCT, **(headers or {})},
        media_type=choose_answer_type(request.headers.get("accept", "")),
    )


def answer_fault(
    request: Request, fault: RequestFault, write: AnswerJson = answer_json
) -> Response:
    """Return a refusal as its clients read it; `write` gives a body its form."""
    headers = {}
    if fault.retry_after_seconds is not None:
        headers["Retry-After"] = str(fault.retry_after_seconds)
    answer = write(request, describe_fault(fault), fault.status, headers)
    for challenge in fault.challenges:
        answer.headers.append(CHALLENGE, challenge)
    return answer


def describe_fault(fault: RequestFault) -> dict[str, Any]:
    """Return Elasticsearch's error body."""
    more = {"header": {CHALLENGE: list(fault.challenges)}} if fault.challenges else {}
    return describe_error(fault.status, fault.wire_type, fault.message, more)


def describe_error(
    status: int, wire_type: str, reason: str, more: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return Elasticsearch's error body with one cause."""
    cause = {"type": wire_type, "reason": reason, **(more or {})}
    return {"error": {"root_cause": [cause], **cause}, "status": status}
