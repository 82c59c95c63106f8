"""One short function for each path: read, call, answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive

from allot_protocol.errors import ErrorType, RequestFault
from allot_protocol.headers import PASS_TOKENS_HEADER, TOKENS_HEADER, WAITING_TOKENS_HEADER
from allot_protocol.inference_request import InferenceRequest, choose_task, parse_request
from allot_protocol.reading import read_body
from allot_protocol.responses import PRODUCT, answer_fault, answer_json
from allot_runtime.allocation import Allocation
from allot_runtime.stats import describe_model, describe_stats
from allot_runtime.threads import read_cpu_share
from allot_runtime.timeline import Timeline
from allot_runtime.watching import watch_request

logger = logging.getLogger(__name__)

NOT_FOUND, METHOD_NOT_ALLOWED = 404, 405
# nginx' word for a client that left; nobody reads it, but logs do.
CLIENT_CLOSED_REQUEST = 499


def allocation_of(request: Request) -> Allocation:
    """Return the allocation that this application serves."""
    allocation: Allocation = request.app.state.allocation
    return allocation


async def live(request: Request) -> Response:
    """Say that the event loop turns."""
    return answer_json(request, {"status": "alive"})


async def ready(request: Request) -> Response:
    """Say whether requests may be sent here: 200 only after a real forward pass."""
    allocation = allocation_of(request)
    status = 200 if allocation.readiness.is_ready else 503
    return answer_json(request, describe_model(allocation), status)


async def stats(request: Request) -> Response:
    """Answer what this allocation has done."""
    return answer_json(request, describe_stats(allocation_of(request), read_cpu_share()))


async def metrics(request: Request) -> Response:
    """Answer the same for Prometheus."""
    text = generate_latest(request.app.state.registry)
    return Response(text, headers=PRODUCT, media_type=CONTENT_TYPE_PLAIN_0_0_4)


async def infer(request: Request) -> Response:
    """Compute vectors, tokens or a ranking."""
    allocation = allocation_of(request)
    with watch_request(allocation, request.app.state.tracer, request.headers) as timeline:
        path_task, served = request.path_params.get("task_type"), allocation.spec.task_types
        timeline.task = choose_task(path_task, tuple(served))
        asked = await _parse(request, allocation)
        timeline.inputs = len(asked.inputs)
        work = allocation.infer(asked, timeline)
        answer = await while_client_waits(request.receive, work)
        return answer_json(request, answer, headers=describe_work(allocation, timeline))


def describe_work(allocation: Allocation, timeline: Timeline) -> dict[str, str]:
    """Return what a router reads beside an answer.

    That is the tokens of this request, those that wait here now, whoever sent them, and those that
    one pass takes.
    """
    engine = allocation.engine
    return {
        TOKENS_HEADER: str(timeline.tokens),
        WAITING_TOKENS_HEADER: str(engine.tokens_waiting),
        PASS_TOKENS_HEADER: str(engine.budget.tokens),
    }


async def _parse(request: Request, allocation: Allocation) -> InferenceRequest:
    limits = allocation.settings.limits
    return parse_request(
        await read_body(request, limits.body_bytes),
        path_task=request.path_params.get("task_type"),
        served=tuple(allocation.spec.task_types),
        timeout=request.query_params.get("timeout"),
        limits=limits,
    )


async def while_client_waits(
    receive: Receive, work: Coroutine[Any, Any, dict[str, Any]]
) -> dict[str, Any]:
    """Return what the work returns; cancels it and raises ClientDisconnect if the client leaves.

    The work stays in the caller's own task: at hundreds of requests a second a task is dear.
    """
    try:
        async with asyncio.timeout(None) as departure:
            watching = asyncio.ensure_future(_watch_departure(receive, departure))
            try:
                return await work
            finally:
                watching.cancel()
    except TimeoutError:
        if departure.expired():
            raise ClientDisconnect from None
        raise


async def _watch_departure(receive: Receive, departure: asyncio.Timeout) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    departure.reschedule(asyncio.get_running_loop().time())


async def refuse(request: Request, error: Exception) -> Response:
    """Answer a request's fault."""
    if not isinstance(error, RequestFault):
        raise error
    return answer_fault(request, error)


async def refuse_route(request: Request, error: Exception) -> Response:
    """Answer what no route takes, in Elasticsearch's words."""
    if not isinstance(error, HTTPException):
        raise error
    uri, method = request.url.path, request.method
    if error.status_code == METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "")
        fault = RequestFault(
            ErrorType.WRONG_METHOD,
            f"Incorrect HTTP method for uri [{uri}] and method [{method}], allowed: [{allowed}]",
        )
    else:
        fault = RequestFault(
            ErrorType.NO_HANDLER, f"no handler found for uri [{uri}] and method [{method}]"
        )
    return answer_fault(request, fault)


async def forget(request: Request, error: Exception) -> Response:
    """End a request whose client has left."""
    logger.debug("the client of %s left", request.url.path)
    return Response(status_code=CLIENT_CLOSED_REQUEST)


async def apologize(request: Request, error: Exception) -> Response:
    """Answer a fault of our own; uvicorn logs its traceback."""
    fault = RequestFault(ErrorType.FAILED, f"{type(error).__name__}: {error}")
    return answer_fault(request, fault)
