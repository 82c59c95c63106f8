"""Answers in Elasticsearch's form, as the query asks for them: filtered, human, pretty.

`error_trace` is admitted and adds nothing: a trace of this process tells a client nothing, and an
attacker much.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from allot_gateway.filtering import filter_content, is_too_large, parse_filter
from allot_gateway.humanizing import add_twins
from allot_protocol.errors import RequestFault
from allot_protocol.media_types import choose_answer_type
from allot_protocol.responses import PRODUCT
from allot_protocol.responses import answer_fault as answer_plain_fault

# Query parameters about the answer's form, which every call has.
FORM_PARAMETERS = frozenset({"error_trace", "filter_path", "human", "pretty"})
_YES = ("", "true")
_WITHOUT_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


def answer(
    request: Request,
    content: Mapping[str, Any],
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return JSON labelled as the client asked, with the product header."""
    sent = {**PRODUCT, **(headers or {})}
    media_type = choose_answer_type(request.headers.get("accept", ""))
    if request.method == "HEAD" or status in _WITHOUT_BODY:
        return Response(b"", status, sent, media_type=media_type)
    return Response(dump(request.query_params, content), status, sent, media_type=media_type)


def answer_fault(request: Request, fault: RequestFault) -> Response:
    """Return a refusal as its clients read it."""
    return answer_plain_fault(request, fault, answer)


def is_reshaped(query: Mapping[str, str]) -> bool:
    """Whether the query asks for another form than that of a pod's answer."""
    return bool(query.get("filter_path")) or _is_set(query, "pretty") or _is_set(query, "human")


def dump(query: Mapping[str, str], content: Mapping[str, Any]) -> bytes:
    """Return an answer's body in the form that the query asks for."""
    shown: Any = add_twins(content) if _is_set(query, "human") else content
    # What is too large was refused, and the refusal is shown whole.
    if (wanted := query.get("filter_path")) and not is_too_large(wanted):
        shown = filter_content(shown, parse_filter(wanted))
    options = orjson.OPT_SERIALIZE_NUMPY
    if _is_set(query, "pretty"):
        options |= orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(shown, option=options)


def _is_set(query: Mapping[str, str], name: str) -> bool:
    return query.get(name, "false") in _YES
