"""A pod's `/stats` alone, answered by a function of the test's, on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

HOST = "127.0.0.1"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving_stats(handler: Handler, port: int = 0) -> AsyncIterator[int]:
    """Serve until the block ends; gives the port, a free one if none is named."""
    app = web.Application()
    app.router.add_get("/stats", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, HOST, port).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
