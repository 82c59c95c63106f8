"""The process' life: serve from the first second, prepare the model, leave politely.

SIGTERM → /readyz 503 → accept for `drain_seconds` more → finish what is there → exit 0
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal

import uvicorn

from allot_protocol.limits import KEEP_ALIVE_SECONDS
from allot_protocol.uvicorn_server import Server
from allot_runtime.allocation import Allocation, run_in_daemon
from allot_runtime.app import build_app
from allot_runtime.clock import read_process_age_seconds
from allot_runtime.errors import ModelFault
from allot_runtime.settings import Settings
from allot_runtime.termination import write_termination_message
from allot_runtime.tracing import Tracer, build_tracer

logger = logging.getLogger(__name__)

EXIT_OK, EXIT_MODEL_FAULT = 0, 3
TRACING_SECONDS = 3.0


def settle_memory() -> None:
    """Have the garbage collector leave alone what is there now: it stays as long as the process.

    Torch's modules alone are half a million objects; to look through them all, now and then while
    requests wait, takes a tenth of a second.
    """
    gc.collect()
    gc.freeze()


async def serve(settings: Settings) -> int:
    """Serve until told to end; return the process' exit code."""
    allocation = Allocation(
        settings, process_age_seconds=read_process_age_seconds(), settle=settle_memory
    )
    tracer = build_tracer(os.environ, describe_process(allocation))
    server = Server(
        uvicorn.Config(
            build_app(allocation, tracer),
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=settings.access_log,
            lifespan="off",
            timeout_keep_alive=int(KEEP_ALIVE_SECONDS),
            server_header=False,
            # Nothing here asks for the client's address.
            proxy_headers=False,
        )
    )
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    serving = asyncio.create_task(server.serve())
    living = asyncio.create_task(_live(allocation, told))
    await asyncio.wait({serving, living}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    if serving.done():
        # The address could not be taken: uvicorn has said so.
        living.cancel()
        return 1
    code = await living
    await serving
    allocation.engine.end()
    if tracer is not None:
        await end_tracing(tracer)
    return code


def describe_process(allocation: Allocation) -> dict[str, str]:
    """Return what traces say of this process, by OpenTelemetry's names."""
    return {
        "service.name": "allot-runtime",
        "service.instance.id": allocation.boot_id,
        "k8s.pod.name": os.environ.get("POD_NAME", ""),
        "allot.deployment_id": allocation.settings.deployment_id,
        "allot.model_id": allocation.model_id,
    }


async def end_tracing(tracer: Tracer) -> None:
    """Send the last spans, unless their receiver is away: a pod that ends does not wait for it."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(TRACING_SECONDS):
            await run_in_daemon(tracer.end, "tracing")


async def _live(allocation: Allocation, told: asyncio.Event) -> int:
    """Prepare the model and wait to be told to end; return the exit code."""
    preparing = asyncio.create_task(allocation.prepare())
    telling = asyncio.create_task(told.wait())
    await asyncio.wait({preparing, telling}, return_when=asyncio.FIRST_COMPLETED)
    if not telling.done():
        try:
            await preparing
        except ModelFault as fault:
            telling.cancel()
            return _end_unserved(allocation, fault)
        await telling
    served = allocation.readiness.is_ready
    allocation.drain()
    preparing.cancel()
    if served:
        # Routers learn of it in their own time, and send requests until then.
        await asyncio.sleep(allocation.settings.drain_seconds)
    return EXIT_OK


def _end_unserved(allocation: Allocation, fault: ModelFault) -> int:
    logger.error("%s: %s", fault.reason, fault)
    settings = allocation.settings
    write_termination_message(
        settings.locate(settings.termination_log), fault.reason, fault.message
    )
    return EXIT_MODEL_FAULT
