"""Whatever goes wrong with a request becomes a fault, and each fault an answer, in one place."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from allot_protocol.errors import ErrorType, RequestFault

logger = logging.getLogger(__name__)

METHOD_NOT_ALLOWED = 405
# nginx' word for a client that left; nobody reads it, but logs do.
CLIENT_CLOSED_REQUEST = 499
# What it was is in the log, and not in the answer.
OUR_FAULT = RequestFault(ErrorType.FAILED, "internal error: the server's log says what")

AnswerFault = Callable[[Request, RequestFault], Response]
Handlers = dict[type[Exception], Callable[[Request, Exception], Awaitable[Response]]]


def build_handlers(answer_fault: AnswerFault) -> Handlers:
    """Return an application's handlers of exceptions; `answer_fault` gives a fault its form."""

    async def refuse(request: Request, error: Exception) -> Response:
        return answer_fault(request, find_fault(request, error))

    return {
        RequestFault: refuse,
        HTTPException: refuse,
        ClientDisconnect: forget,
        # uvicorn logs it.
        Exception: refuse,
    }


def find_fault(request: Request, error: Exception) -> RequestFault:
    """Return the fault that an exception stands for."""
    match error:
        case RequestFault():
            return error
        case HTTPException():
            return describe_route(request, error)
        case _:
            return OUR_FAULT


def describe_route(request: Request, error: HTTPException) -> RequestFault:
    """Return the fault of a request that no route takes, in Elasticsearch's words."""
    uri, method = request.url.path, request.method
    if error.status_code == METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "")
        return RequestFault(
            ErrorType.WRONG_METHOD,
            f"Incorrect HTTP method for uri [{uri}] and method [{method}], allowed: [{allowed}]",
        )
    return RequestFault(
        ErrorType.NO_HANDLER, f"no handler found for uri [{uri}] and method [{method}]"
    )


async def forget(request: Request, error: Exception) -> Response:
    """End a request whose client has left."""
    logger.debug("the client of %s left", request.url.path)
    return Response(status_code=CLIENT_CLOSED_REQUEST)
