"""The operator's own HTTP face: `/livez`, `/readyz` and `/metrics`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from allot_operator.health import Health
from allot_operator.measures import Measures

# How long open answers may take when the operator ends.
SHUTDOWN_SECONDS = 1.0


def build_app(health: Health, measures: Measures, is_ready: Callable[[], bool]) -> web.Application:
    """Return the application; a probe's answer says in JSON what is wrong."""

    async def livez(_: web.Request) -> web.Response:
        silent = {loop: round(late, 1) for loop, late in health.find_silent().items()}
        return web.json_response({"silent_seconds": silent}, status=503 if silent else 200)

    async def readyz(_: web.Request) -> web.Response:
        ready = is_ready()
        return web.json_response({"ready": ready}, status=200 if ready else 503)

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=measures.expose(), content_type="text/plain", charset="utf-8")

    app = web.Application()
    app.add_routes(
        [web.get("/livez", livez), web.get("/readyz", readyz), web.get("/metrics", metrics)]
    )
    return app


@asynccontextmanager
async def serving(app: web.Application, host: str, port: int) -> AsyncIterator[int]:
    """Serve while the block runs; yields the port, which the system chooses if it is 0."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
