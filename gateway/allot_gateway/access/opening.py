"""Puts a gate together, and keeps its keys up to date while it is open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from allot_api.names import OPERATOR_NAMESPACE
from allot_cluster import clock
from allot_cluster.interface import Cluster
from allot_gateway.access.authentication import Authenticator
from allot_gateway.access.gate import Gate, GuardedGate, OpenGate
from allot_gateway.access.key_ring import KeyRing
from allot_gateway.access.key_watch import follow_keys
from allot_gateway.access.mode import Access
from allot_gateway.access.passwords import Passwords
from allot_gateway.access.permission import Permissions


@dataclass(frozen=True, slots=True)
class GateSettings:
    """What a gate is told: whether to ask, where keys are, for whom tokens have to be meant."""

    access: Access
    keys_namespace: str = OPERATOR_NAMESPACE
    audiences: tuple[str, ...] = ()


@asynccontextmanager
async def opened_gate(settings: GateSettings, cluster: Cluster) -> AsyncIterator[Gate]:
    """Return the gate, and follow the keys until the block ends."""
    if settings.access is Access.NONE:
        yield OpenGate()
        return
    now = asyncio.get_running_loop().time
    ring = KeyRing()
    authenticator = Authenticator(
        cluster,
        ring,
        Passwords(now=now),
        audiences=settings.audiences,
        now=now,
        utc_now=clock.utc_now,
    )
    gate = GuardedGate(ring, authenticator, Permissions(cluster, now=now), now=now)
    following = asyncio.create_task(follow_keys(cluster, settings.keys_namespace, ring))
    try:
        yield gate
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await gate.close()
