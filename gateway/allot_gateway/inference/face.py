"""POST _inference over ASGI itself: the one call that comes thousands of times a second.

Starlette's routing, request and response cost as much again as all that is done here; the other
calls, which people make, go through it (`allot_gateway.app`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from allot_gateway.access.actions import Action, Verb
from allot_gateway.answering import answer_fault, dump, is_reshaped
from allot_gateway.chunking.request_option import PARAMETER as CHUNKS
from allot_gateway.inference.serving import Received
from allot_gateway.meters import UNKNOWN
from allot_gateway.parts import Parts
from allot_gateway.query import check_parameters
from allot_gateway.routing.calls import PodAnswer
from allot_protocol.departing import while_client_waits
from allot_protocol.errors import ErrorType, RequestFault
from allot_protocol.reading import read_body
from allot_protocol.refusing import CLIENT_CLOSED_REQUEST, OUR_FAULT
from allot_protocol.responses import PRODUCT

logger = logging.getLogger(__name__)

ROOT = "_inference"
PARAMETERS = ("timeout", CHUNKS)
PRODUCT_HEADERS = tuple((name.lower().encode(), value.encode()) for name, value in PRODUCT.items())
NAMED, TASK_AND_NAMED = 3, 4


def match(method: str, path: str) -> tuple[str | None, str] | None:
    """Return the task and the id of a path of this call, None for another call. Pure."""
    if method != "POST":
        return None
    parts = path.split("/")
    if len(parts) < NAMED or parts[0] or parts[1] != ROOT or not parts[-1]:
        return None
    if len(parts) == NAMED:
        return None, parts[2]
    return (parts[2], parts[3]) if len(parts) == TASK_AND_NAMED and parts[2] else None


class InferenceFace:
    """Reads a request, has it answered, and writes the answer."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send, called: tuple[str | None, str]
    ) -> None:
        """Answer one request; `called` is what `match` returned."""
        monotonic = self._parts.monotonic
        began, status = monotonic(), HTTPStatus.INTERNAL_SERVER_ERROR.value
        is_answered = False
        try:
            query = read_query(scope)
            answer = reshape(scope, query, await self._answer(scope, receive, called, query))
            status, is_answered = answer.status, True
            await respond(send, answer)
        except RequestFault as fault:
            status = fault.status
            await answer_fault(Request(scope), fault)(scope, receive, send)
        except ClientDisconnect:
            status = CLIENT_CLOSED_REQUEST
            await Response(status_code=status)(scope, receive, send)
        except Exception:
            if is_answered:
                raise
            logger.exception("%s %s failed", scope["method"], scope["path"])
            status = OUR_FAULT.status
            await answer_fault(Request(scope), OUR_FAULT)(scope, receive, send)
        finally:
            self._record(scope["state"]["namespace"], called[1], status, monotonic() - began)

    async def _answer(
        self,
        scope: Scope,
        receive: Receive,
        called: tuple[str | None, str],
        query: Mapping[str, str],
    ) -> PodAnswer:
        inference, namespace = self._parts.inference, scope["state"]["namespace"]
        headers = decode_headers(scope["headers"])
        task, inference_id = called
        endpoint = self._parts.view.find_endpoint(namespace, inference_id)
        name = inference_id if endpoint is None else endpoint.subject.name
        await self._parts.gate.admit(scope["headers"], Action(Verb.INFER, namespace, name))
        received = Received(
            namespace=namespace,
            inference_id=inference_id,
            task=task,
            timeout=query.get("timeout"),
            chunks=query.get(CHUNKS),
            body=await read_body(receive, headers, inference.limits.body_bytes),
            headers=headers,
        )
        return await while_client_waits(receive, inference.answer(received))

    def _record(self, namespace: str, inference_id: str, status: int, seconds: float) -> None:
        """Record a request under its endpoint's id; an id that nothing has is nobody's."""
        if self._parts.view.find_endpoint(namespace, inference_id) is None:
            namespace = inference_id = UNKNOWN
        self._parts.meters.record(namespace, inference_id, status, seconds)


def read_query(scope: Scope) -> Mapping[str, str]:
    """Return the query's parameters, the last of each name; raises RequestFault for unknown ones.

    Most requests have none.
    """
    if not scope["query_string"]:
        return {}
    request = Request(scope)
    check_parameters(request, PARAMETERS)
    return dict(request.query_params)


def reshape(scope: Scope, query: Mapping[str, str], answer: PodAnswer) -> PodAnswer:
    """Return an answer filtered or made for people's eyes, where the query asks for it.

    Raises RequestFault for one that is no JSON.
    """
    if not query or not is_reshaped(query):
        return answer
    try:
        content = orjson.loads(answer.body)
    except orjson.JSONDecodeError as error:
        message = f"a pod's answer is not understood: {error}"
        raise RequestFault(ErrorType.BAD_GATEWAY, message) from error
    return replace(answer, body=dump(query, content))


def decode_headers(headers: Iterable[tuple[bytes, bytes]]) -> Mapping[str, str]:
    """Return ASGI's headers as text, the last of each name."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}


async def respond(send: Send, answer: PodAnswer) -> None:
    """Write a pod's answer as it is."""
    headers: list[Any] = [
        *PRODUCT_HEADERS,
        (b"content-type", answer.content_type.encode("latin-1")),
        (b"content-length", str(len(answer.body)).encode()),
    ]
    if answer.retry_after is not None:
        headers.append((b"retry-after", answer.retry_after.encode("latin-1")))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
