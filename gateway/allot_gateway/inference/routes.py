"""POST _inference, over HTTP: read, call, answer."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from allot_gateway.inference.serving import Received
from allot_gateway.meters import UNKNOWN
from allot_gateway.parts import Parts, parts_of
from allot_gateway.routing.calls import PodAnswer
from allot_protocol.departing import while_client_waits
from allot_protocol.errors import RequestFault
from allot_protocol.reading import read_body
from allot_protocol.responses import PRODUCT

CLIENT_LEFT = 499


def build_routes() -> list[Route]:
    """Return the routes, in the order in which they are tried."""
    return [
        Route("/_inference/{task_type}/{inference_id}", infer, methods=["POST"]),
        Route("/_inference/{inference_id}", infer, methods=["POST"]),
    ]


async def infer(request: Request) -> Response:
    """Compute vectors, tokens or a ranking."""
    parts = parts_of(request)
    began, status = parts.monotonic(), HTTPStatus.INTERNAL_SERVER_ERROR.value
    try:
        answer = await _answer(request, parts)
        status = answer.status
        return respond(answer)
    except RequestFault as fault:
        status = fault.status
        raise
    except ClientDisconnect:
        status = CLIENT_LEFT
        raise
    finally:
        _record(request, parts, status, parts.monotonic() - began)


async def _answer(request: Request, parts: Parts) -> PodAnswer:
    received = Received(
        namespace=request.state.namespace,
        inference_id=request.path_params["inference_id"],
        task=request.path_params.get("task_type"),
        timeout=request.query_params.get("timeout"),
        body=await read_body(request, parts.inference.limits.body_bytes),
        headers=request.headers,
    )
    return await while_client_waits(request.receive, parts.inference.answer(received))


def respond(answer: PodAnswer) -> Response:
    """Return a pod's answer as it is."""
    headers = {**PRODUCT, "content-type": answer.content_type}
    if answer.retry_after is not None:
        headers["retry-after"] = answer.retry_after
    return Response(answer.body, answer.status, headers)


def _record(request: Request, parts: Parts, status: int, seconds: float) -> None:
    """Record a request under its endpoint's id; an id that nothing has is nobody's."""
    namespace, asked = request.state.namespace, request.path_params["inference_id"]
    endpoint = parts.view.find_endpoint(namespace, asked)
    if endpoint is None:
        namespace = asked = UNKNOWN
    parts.meters.record(namespace, asked, status, seconds)
