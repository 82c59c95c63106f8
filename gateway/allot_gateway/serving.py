"""The process' life: read the cluster, serve, leave politely.

SIGTERM → /readyz 503 → accept for `drain_seconds` more → finish what is there → exit 0
"""

from __future__ import annotations

import asyncio
import logging
import os
import platform
import signal
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from allot_cluster.clock import utc_now
from allot_cluster.connection import connect
from allot_cluster.interface import Cluster
from allot_cluster.pod_tokens import PodTokens
from allot_gateway.access.certificates import CertificateFiles, Certificates
from allot_gateway.access.connections import ConnectionBounds, build_protocol
from allot_gateway.access.gate import Gate
from allot_gateway.access.in_flight import InFlight
from allot_gateway.access.mode import choose_mode
from allot_gateway.access.opening import GateSettings, opened_gate
from allot_gateway.app import build_app
from allot_gateway.inference.serving import Inference
from allot_gateway.meters import Meters
from allot_gateway.parts import Parts
from allot_gateway.pod_stats import PodStats
from allot_gateway.routing.presence import Presence
from allot_gateway.routing.router import Router
from allot_gateway.routing_metrics import RoutingCollector
from allot_gateway.settings import Settings
from allot_gateway.surroundings import Surroundings
from allot_gateway.view.following import follow
from allot_gateway.view.state import View
from allot_protocol.pods.stats import StatsAsker
from allot_protocol.uvicorn_server import Server

logger = logging.getLogger(__name__)

USER_AGENT = "allot-gateway"
# What is held or computed when the gateway ends has so long to be answered.
FINISH_SECONDS = 45
# How long an idle connection is kept: longer than load balancers and clients keep theirs, a minute
# as a rule. What they send on one that closes at this moment would be lost.
KEEP_ALIVE_SECONDS = 75


async def serve(settings: Settings) -> int:
    """Serve until told to end; return the process' exit code."""
    # Before anything is asked of anybody: raises NotSaid.
    access = choose_mode(settings.host, settings.access)
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    cluster = await connect(
        kubeconfig=settings.kubeconfig, context=settings.context, user_agent=USER_AGENT
    )
    asked = GateSettings(access, settings.shared_namespace, settings.audiences)
    async with cluster, opened_gate(asked, cluster) as gate:
        view = View()
        following = asyncio.create_task(
            follow(cluster, view, settings.namespaces, settings.shared_namespace)
        )
        try:
            async with building_parts(settings, view, cluster, gate, told) as (parts, router):
                presence = Presence(cluster, view.namespaces, find_pod_name(), router.held_inputs)
                async with keeping(presence):
                    return await _answer(settings, parts, following, told)
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)


@asynccontextmanager
async def keeping(presence: Presence) -> AsyncIterator[None]:
    """Hold the Leases while the block runs."""
    task = asyncio.create_task(presence.keep())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def find_pod_name() -> str:
    """Return the name of this gateway's pod, or of the machine and the process outside one."""
    return os.environ.get("POD_NAME") or f"{platform.node()}-{os.getpid()}".lower()


async def _answer(
    settings: Settings, parts: Parts, following: asyncio.Task[None], told: asyncio.Event
) -> int:
    """Answer requests until told to end, and then those that came before."""
    certificates = open_certificates(settings)
    server = build_server(settings, parts, certificates.context if certificates else None)
    renewing = asyncio.create_task(certificates.follow() if certificates else told.wait())
    serving = asyncio.create_task(server.serve())
    telling = asyncio.create_task(told.wait())
    try:
        done, _ = await asyncio.wait(
            {following, serving, telling}, return_when=asyncio.FIRST_COMPLETED
        )
        if following in done:
            # A watch gives up only before it has listed once: without a permission, or a kind.
            await following
        if serving in done:
            # The address could not be taken: uvicorn has said so.
            return 1
        await asyncio.sleep(settings.drain_seconds)
        server.should_exit = True
        await serving
    finally:
        for task in (serving, telling, renewing):
            task.cancel()
        await asyncio.gather(serving, telling, renewing, return_exceptions=True)
    return 0


def open_certificates(settings: Settings) -> Certificates | None:
    """Return the pair to speak HTTPS with, None for HTTP; raises UnusableCertificate."""
    if settings.tls_dir is None:
        return None
    return Certificates(CertificateFiles.in_folder(settings.tls_dir))


@asynccontextmanager
async def building_parts(
    settings: Settings, view: View, cluster: Cluster, gate: Gate, told: asyncio.Event
) -> AsyncIterator[tuple[Parts, Router]]:
    """Give what the handlers work with; `told` is set once the gateway was told to end."""
    monotonic = asyncio.get_running_loop().time
    tokens = PodTokens(cluster, monotonic)
    async with Router(view, cluster) as router:
        asker = StatsAsker(tokens.fetch)
        try:
            parts = Parts(
                view=view,
                inference=Inference(view, router, tokens.fetch, monotonic, settings.limits),
                gate=gate,
                around=Surroundings(
                    view=view,
                    cluster=cluster,
                    stats=PodStats(asker).read,
                    monotonic=monotonic,
                    utc_now=utc_now,
                    shared_namespace=settings.shared_namespace,
                ),
                meters=Meters(RoutingCollector(router.read)),
                in_flight=InFlight(settings.max_requests),
                monotonic=monotonic,
                is_draining=told.is_set,
            )
            yield parts, router
        finally:
            asker.close()
            await tokens.close()


def build_server(settings: Settings, parts: Parts, tls: ssl.SSLContext | None = None) -> Server:
    """Return the server, not yet started; with a context it speaks HTTPS."""
    config = uvicorn.Config(
        build_app(parts, settings.default_namespace),
        host=settings.host,
        port=settings.port,
        http=build_protocol(ConnectionBounds()),
        # An upgrade would leave the protocol with the bounds.
        ws="none",
        log_config=None,
        access_log=settings.access_log,
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=FINISH_SECONDS,
    )
    config.load()
    config.ssl = tls
    return Server(config)
