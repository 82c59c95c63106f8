"""Answers in Elasticsearch's form: its JSON, its error bodies, its product header."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from allot_runtime.errors import RequestFault
from allot_runtime.media_types import choose_answer_type

PRODUCT_HEADER, PRODUCT = "X-Elastic-Product", "Elasticsearch"


class ProductHeader:
    """Puts Elasticsearch's product header on every answer: its clients refuse others."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""

        async def mark(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[PRODUCT_HEADER] = PRODUCT
            await send(message)

        await self._app(scope, receive, mark)


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
        headers,
        media_type=choose_answer_type(request.headers.get("accept", "")),
    )


def answer_fault(request: Request, fault: RequestFault) -> Response:
    """Return a refusal as its clients read it."""
    headers = {}
    if fault.retry_after_seconds is not None:
        headers["Retry-After"] = str(fault.retry_after_seconds)
    return answer_json(request, describe_fault(fault), fault.status, headers)


def describe_fault(fault: RequestFault) -> dict[str, Any]:
    """Return Elasticsearch's error body."""
    cause = {"type": fault.wire_type, "reason": fault.message}
    return {"error": {"root_cause": [cause], **cause}, "status": fault.status}
