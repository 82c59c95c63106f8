"""The HTTP application of one allocation; no state of its own."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.routing import Route

from allot_protocol.refusing import build_handlers
from allot_protocol.responses import answer_fault
from allot_runtime import routes
from allot_runtime.allocation import Allocation
from allot_runtime.metrics import build_registry
from allot_runtime.pod_token import PodToken
from allot_runtime.tracing import Tracer


def build_app(allocation: Allocation, tracer: Tracer | None = None) -> Starlette:
    """Return the application that serves an allocation, and traces its requests if it may."""
    app = Starlette(
        routes=[
            # Tried in this order.
            Route("/_inference/{task_type}/{inference_id}", routes.infer, methods=["POST"]),
            Route("/_inference/{inference_id}", routes.infer, methods=["POST"]),
            Route("/livez", routes.live),
            Route("/readyz", routes.ready),
            Route("/stats", routes.stats),
            Route("/metrics", routes.metrics),
        ],
        exception_handlers=build_handlers(answer_fault),
    )
    app.state.allocation = allocation
    app.state.tracer = tracer
    app.state.registry = build_registry(allocation)
    settings = allocation.settings
    app.state.token = PodToken(settings.locate(settings.pod_token_dir))
    # A redirect loses the bodies of clients that follow it with GET.
    app.router.redirect_slashes = False
    return app
