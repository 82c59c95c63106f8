"""A gate that follows the Secrets of a cluster in memory."""

from __future__ import annotations

import asyncio

import pytest

from allot_api.api_keys import ApiKey, build_api_key_secret
from allot_api.key_hashes import hash_key
from allot_cluster.resources import SECRETS
from allot_gateway.access.gate import Gate, OpenGate
from allot_gateway.access.key_ring import KeyRing
from allot_gateway.access.key_watch import follow_keys
from allot_gateway.access.mode import Access
from allot_gateway.access.opening import GateSettings, opened_gate
from allot_protocol.errors import RequestFault
from tests.fakes.cluster import FakeCluster
from tests.unit.allot_gateway.access.people import shown

KEY = shown("ApiKey", "app", "s")


async def until_status(gate: Gate, status: int) -> None:
    for _ in range(200):
        try:
            await gate.admit(KEY, None)
            found = 200
        except RequestFault as fault:
            found = fault.status
        if found == status:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"never {status}, last {found}")


async def test_a_key_counts_as_soon_as_its_secret_is_there_and_as_long() -> None:
    cluster = FakeCluster()
    secret = build_api_key_secret(ApiKey("app", hash_key(b"s"), "app"), "allot-system")
    async with opened_gate(GateSettings(Access.RBAC), cluster) as gate:
        await until_status(gate, 401)
        await cluster.create(SECRETS, secret)
        await until_status(gate, 200)
        await cluster.delete(SECRETS, "allot-system", secret["metadata"]["name"])
        await until_status(gate, 401)


async def test_keys_of_another_namespace_are_none() -> None:
    cluster = FakeCluster()
    secret = build_api_key_secret(ApiKey("app", hash_key(b"s"), "app"), "elsewhere")
    await cluster.create(SECRETS, secret)
    async with opened_gate(GateSettings(Access.RBAC), cluster) as gate:
        await until_status(gate, 401)


async def test_without_access_control_nothing_is_asked() -> None:
    cluster = FakeCluster()
    async with opened_gate(GateSettings(Access.NONE), cluster) as gate:
        assert isinstance(gate, OpenGate)

    assert cluster.calls == []


async def test_a_cancelled_follower_ends() -> None:
    ring = KeyRing()
    following = asyncio.create_task(follow_keys(FakeCluster(), "allot-system", ring))
    await asyncio.sleep(0.01)
    assert ring.is_known

    following.cancel()

    with pytest.raises(asyncio.CancelledError):
        await following
