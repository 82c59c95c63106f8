"""Wires the operator together and runs it until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import os
import platform
import signal
from contextlib import closing
from functools import partial

from allot_cluster.connection import connect
from allot_cluster.credentials import choose_source, load_credentials
from allot_cluster.elector import Elector, unique_identity
from allot_cluster.interface import Cluster
from allot_cluster.lease import LeaseKey
from allot_cluster.pod_tokens import PodTokens
from allot_operator.clock import utc_now
from allot_operator.health import Health
from allot_operator.leading import Leader
from allot_operator.measures import Measures
from allot_operator.observing.fronts import Fronts
from allot_operator.observing.ledger import Ledger
from allot_operator.observing.stats_client import StatsClient
from allot_operator.passes.announcing import Announcer
from allot_operator.passes.surroundings import Surroundings
from allot_operator.probes import build_app, serving
from allot_operator.settings import Settings
from allot_protocol.pods.stats import StatsAsker

logger = logging.getLogger(__name__)

USER_AGENT = "allot-operator"


async def run(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT; the Lease is released on the way out."""
    loop = asyncio.get_running_loop()
    health, measures = Health(loop.time), Measures()
    working = asyncio.create_task(_serve(settings, health, measures))
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, working.cancel)
    try:
        await working
    except asyncio.CancelledError:
        logger.info("Stopped")


async def _serve(settings: Settings, health: Health, measures: Measures) -> None:
    instance = os.environ.get("POD_NAME") or platform.node()
    app = build_app(health, measures, is_ready=lambda: True)
    async with serving(app, settings.host, settings.port) as port:
        logger.info("Probes and metrics answer on %s:%d", settings.host, port)
        cluster = await connect(
            kubeconfig=settings.kubeconfig, context=settings.context, user_agent=USER_AGENT
        )
        tokens = PodTokens(cluster, asyncio.get_running_loop().time)
        async with cluster:
            with closing(StatsAsker(tokens.fetch)) as asker:
                around = _surround(settings, cluster, StatsClient(asker), instance)
                key = LeaseKey(settings.operator_namespace, settings.lease_name)
                elector = Elector(cluster, key, unique_identity(instance))
                await elector.run(partial(_lead, settings, around, health, measures))


async def _lead(
    settings: Settings, around: Surroundings, health: Health, measures: Measures
) -> None:
    source = choose_source(settings.kubeconfig, settings.context, os.environ)
    leader = Leader(settings, around, health, measures, partial(load_credentials, source))
    await leader.lead()


def _surround(
    settings: Settings, cluster: Cluster, stats: StatsClient, instance: str
) -> Surroundings:
    return Surroundings(
        cluster=cluster,
        announcer=Announcer(cluster, utc_now, instance),
        ledger=Ledger(),
        stats=stats,
        now=utc_now,
        operator_namespace=settings.operator_namespace,
        runtime_image=settings.runtime_image,
        namespaces=settings.namespaces,
        fronts=Fronts(settings.gateway_default_namespace, settings.gateway_url),
    )
