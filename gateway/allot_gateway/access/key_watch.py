"""Follows the Secrets that hold API keys, for as long as the gateway runs."""

from __future__ import annotations

import asyncio
import logging
import random
from contextlib import aclosing

from allot_api.api_keys import API_KEY_SELECTOR
from allot_cluster.backoff import backoff_seconds
from allot_cluster.errors import ClusterError
from allot_cluster.interface import Cluster
from allot_cluster.resources import SECRETS
from allot_gateway.access.key_ring import KeyRing

logger = logging.getLogger(__name__)


async def follow_keys(cluster: Cluster, namespace: str, ring: KeyRing) -> None:
    """Keep the ring as the Secrets of a namespace are; ends only when it is cancelled.

    A watch goes on by itself once it has begun; what keeps it from beginning, such as a missing
    Role, is said in the log, and tried again.
    """
    failures = 0
    while True:
        changes = cluster.watch(SECRETS, namespace=namespace, label_selector=API_KEY_SELECTOR)
        try:
            async with aclosing(changes):
                async for change in changes:
                    ring.note(change)
                    failures = 0
        except ClusterError as error:
            logger.error("API keys in namespace %s cannot be read: %s", namespace, error)
        failures += 1
        await asyncio.sleep(backoff_seconds(failures, random.random()))
