"""Whatever goes wrong with a request becomes Elasticsearch's error body, in one place."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from allot_protocol.errors import ErrorType, RequestFault
from allot_protocol.responses import answer_fault

logger = logging.getLogger(__name__)

METHOD_NOT_ALLOWED = 405
# nginx' word for a client that left; nobody reads it, but logs do.
CLIENT_CLOSED_REQUEST = 499


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
    """Answer a fault of our own: what it was is in the log, which uvicorn writes, not in here."""
    fault = RequestFault(ErrorType.FAILED, "internal error: the server's log says what")
    return answer_fault(request, fault)


HANDLERS: Mapping[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
    RequestFault: refuse,
    HTTPException: refuse_route,
    ClientDisconnect: forget,
    Exception: apologize,
}
