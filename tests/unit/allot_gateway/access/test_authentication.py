from __future__ import annotations

import asyncio
import math

import pytest

from allot_api.key_hashes import SecretHash
from allot_gateway.access.authentication import Authenticated, Authenticator, digest_header
from allot_gateway.access.credentials import Malformed, Pair, Token
from allot_gateway.access.key_ring import KeyRing
from allot_gateway.access.passwords import Passwords
from allot_protocol.errors import RequestFault
from tests.fakes.cluster import FakeCluster
from tests.unit.allot_gateway.access.clock import Clock
from tests.unit.allot_gateway.access.people import World


async def ask(world: World, pair: Pair, digest: bytes = b"d") -> Authenticated:
    return await world.authenticator.authenticate(pair, digest)


async def test_a_password_is_right_by_basic_alone() -> None:
    world = World()
    world.add_password("bob", "correct horse")

    found = await ask(world, Pair("bob", b"correct horse", is_basic=True))

    assert (found.caller.user, found.until) == ("bob", math.inf)
    for pair in (Pair("bob", b"correct horse"), Pair("bob", b"wrong", is_basic=True)):
        with pytest.raises(RequestFault, match="unable to authenticate"):
            await ask(world, pair, b"another")


async def test_a_password_is_checked_once_and_remembered() -> None:
    checked: list[bytes] = []

    async def check(kept: SecretHash, secret: bytes) -> bool:
        checked.append(secret)
        return kept.matches(secret)

    world = World(check)
    world.add_password("bob", "correct horse")
    right, wrong = (Pair("bob", text, is_basic=True) for text in (b"correct horse", b"wrong"))

    await asyncio.gather(*(ask(world, right, b"right") for _ in range(20)))
    for _ in range(3):
        with pytest.raises(RequestFault):
            await ask(world, wrong, b"wrong")

    assert checked == [b"correct horse", b"wrong"]


async def test_a_password_that_is_changed_is_checked_anew() -> None:
    world = World()
    world.add_password("bob", "old")
    await ask(world, Pair("bob", b"old", is_basic=True))

    world.add_password("bob", "new")

    with pytest.raises(RequestFault):
        await ask(world, Pair("bob", b"old", is_basic=True))


async def test_who_is_unknown_costs_what_a_wrong_password_costs() -> None:
    checked: list[bytes] = []

    async def check(kept: SecretHash, secret: bytes) -> bool:
        checked.append(secret)
        return False

    world = World(check)
    world.add_password("bob", "correct horse")
    world.add_key("app", "s")
    costs = []
    for number, identifier in enumerate(("bob", "app", "nobody")):
        with pytest.raises(RequestFault) as caught:
            await ask(world, Pair(identifier, b"wrong", is_basic=True), bytes([number]))
        costs.append((len(checked), caught.value.message))

    assert [count for count, _ in costs] == [1, 2, 3]
    assert len({message for _, message in costs}) == 1


async def test_without_any_password_nothing_slow_is_done() -> None:
    async def never(kept: SecretHash, secret: bytes) -> bool:
        raise AssertionError

    world = World(never)
    world.add_key("app", "s")

    with pytest.raises(RequestFault):
        await ask(world, Pair("app", b"wrong", is_basic=True))
    assert (await ask(world, Pair("app", b"s", is_basic=True))).caller.key_id == "app"


async def test_audiences_are_asked_for() -> None:
    cluster, clock = FakeCluster(), Clock()
    cluster.reviewer.users["t"] = {"username": "bob"}
    cluster.reviewer.audiences["t"] = ["allot"]
    authenticator = Authenticator(
        cluster,
        KeyRing(),
        Passwords(now=clock.now),
        audiences=("allot",),
        now=clock.now,
        utc_now=clock.utc_now,
    )

    found = await authenticator.authenticate(Token("t"), b"d")

    assert (found.caller.user, found.until) == ("bob", clock.now() + 60)


async def test_a_header_that_cannot_be_read_is_told_why() -> None:
    with pytest.raises(RequestFault, match="why"):
        await World().authenticator.authenticate(Malformed("why"), b"d")


def test_a_digest_tells_headers_and_processes_apart() -> None:
    assert digest_header(b"a", b"k") == digest_header(b"a", b"k")
    assert digest_header(b"a", b"k") != digest_header(b"b", b"k")
    assert digest_header(b"a", b"k") != digest_header(b"a", b"l")
