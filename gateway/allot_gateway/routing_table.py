"""What every management call has around it: known parameters, and faults for failed calls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from allot_cluster.errors import ClusterError
from allot_gateway.cluster_faults import describe_failure
from allot_gateway.query import check_parameters

Handler = Callable[[Request], Awaitable[Response]]


def build_route(
    path: str, method: str, handler: Handler, parameters: Collection[str] = ()
) -> Route:
    """Return a route whose handler gets known parameters only and raises RequestFault alone."""

    async def handle(request: Request) -> Response:
        check_parameters(request, parameters)
        try:
            return await handler(request)
        except ClusterError as error:
            raise describe_failure(error) from error

    return Route(path, handle, methods=[method])
