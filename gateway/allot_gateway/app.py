"""The gateway's HTTP application."""

from __future__ import annotations

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from allot_gateway import info
from allot_gateway.access.faults import Refusal
from allot_gateway.admission import Admission
from allot_gateway.answering import answer_fault
from allot_gateway.endpoints import routes as endpoints
from allot_gateway.inference.calling import Calling
from allot_gateway.inference.face import InferenceFace, match
from allot_gateway.namespaces import split_namespace
from allot_gateway.needs import OPEN_PATHS
from allot_gateway.parts import Parts, parts_of
from allot_gateway.shapes.routes import ShapeRoutes
from allot_gateway.trained_models import routes as trained_models
from allot_gateway.version import VERSION
from allot_protocol.refusing import build_handlers
from allot_protocol.responses import PRODUCT, answer_json

UNAVAILABLE = 503


def build_app(parts: Parts, default_namespace: str) -> ASGIApp:
    """Return the application; a path without a namespace is the default's."""
    app = Starlette(
        routes=[
            *endpoints.build_routes(parts.around),
            *trained_models.build_routes(parts.around),
            *info.build_routes(parts.around),
            *build_shapes(parts),
            Route("/livez", live),
            Route("/readyz", ready),
            Route("/metrics", metrics),
        ],
        exception_handlers=build_handlers(answer_fault),
    )
    app.state.parts = parts
    # A redirect loses the bodies of clients that follow it with GET.
    app.router.redirect_slashes = False

    face = InferenceFace(parts)
    admitted = Admission(app, parts)

    async def enter(scope: Scope, receive: Receive, send: Send) -> None:
        namespace, scope["path"] = split_namespace(scope["path"], default_namespace)
        scope["state"] = {"namespace": namespace}
        if parts.is_draining():
            send = ending(send)
        if scope["path"] in OPEN_PATHS:
            await app(scope, receive, send)
            return
        called = match(scope["method"], scope["path"])
        try:
            with parts.in_flight:
                if called is None:
                    await admitted(scope, receive, send)
                else:
                    await face(scope, receive, send, called)
        except Refusal as fault:
            # There was no place: what is refused within is answered there.
            await answer_fault(Request(scope), fault)(scope, receive, send)

    return enter


def ending(send: Send) -> Send:
    """Return a `send` whose answer is the last of its connection.

    What a client sends while the connection is closed is lost to it: so it is told before.
    """

    async def send_last(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"connection", b"close")]
        await send(message)

    return send_last


def build_shapes(parts: Parts) -> list[Route]:
    """Return the routes of other APIs."""
    calling = Calling(parts.view, parts.gate, parts.inference)
    most = parts.inference.limits.body_bytes
    return ShapeRoutes(calling, namespace_of, VERSION, most).build()


def namespace_of(request: Request) -> str:
    """Return the namespace that a request is for."""
    return str(request.state.namespace)


async def live(request: Request) -> Response:
    """Say that the event loop turns."""
    return answer_json(request, {"status": "alive"})


async def ready(request: Request) -> Response:
    """Say whether requests may be sent here: once the cluster was read, until told to end."""
    parts = parts_of(request)
    is_ready = parts.view.is_synced and not parts.is_draining()
    said = {"ready": is_ready, "synced": parts.view.is_synced, "draining": parts.is_draining()}
    return answer_json(request, said, 200 if is_ready else UNAVAILABLE)


async def metrics(request: Request) -> Response:
    """Answer what the gateway has recorded, for Prometheus."""
    text = parts_of(request).meters.expose()
    return Response(text, headers=PRODUCT, media_type=CONTENT_TYPE_PLAIN_0_0_4)
