from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest

from allot_api.names import POD_TOKEN_SECRET
from allot_cluster.pod_tokens import FRESH_SECONDS, KEPT_SECONDS, PodTokens, choose_token
from allot_cluster.resources import SECRETS
from tests.fakes.cluster import FakeCluster


def a_secret(**data: str) -> dict[str, Any]:
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    return {"metadata": {"name": POD_TOKEN_SECRET, "namespace": "shop"}, "data": encoded}


class World:
    def __init__(self) -> None:
        self.cluster, self.now = FakeCluster(), 1000.0
        self.tokens = PodTokens(self.cluster, lambda: self.now)

    async def settled(self) -> str | None:
        """The token, once the question that it may set off was answered."""
        await self.tokens.fetch("shop")
        for _ in range(5):
            await asyncio.sleep(0)
        return await self.tokens.fetch("shop")


@pytest.mark.parametrize(
    ("secret", "token"),
    [
        (None, None),
        ({}, None),
        (a_secret(), None),
        (a_secret(token="t"), "t"),
        (a_secret(token="t\n"), "t"),
        (a_secret(token="new", previous="old"), "old"),
        (a_secret(token="new", previous=""), "new"),
        (a_secret(token="two words"), None),
        ({"data": {"token": "!"}}, None),
        ({"data": {"token": base64.b64encode(b"\xff").decode()}}, None),
    ],
)
def test_the_oldest_token_is_sent(secret: dict[str, Any] | None, token: str | None) -> None:
    assert choose_token(secret) == token


async def test_each_namespace_has_its_own() -> None:
    world = World()
    world.cluster.add(SECRETS, a_secret(token="t"))

    assert await world.tokens.fetch("shop") == "t"
    assert await world.tokens.fetch("elsewhere") is None


async def test_the_first_to_ask_wait_for_one_answer() -> None:
    world = World()
    world.cluster.add(SECRETS, a_secret(token="t"))

    assert await asyncio.gather(*(world.tokens.fetch("shop") for _ in range(20))) == ["t"] * 20
    assert len(world.cluster.calls) == 1


async def test_another_token_is_known_after_seconds() -> None:
    world = World()
    secret = world.cluster.add(SECRETS, a_secret(token="t"))
    await world.settled()
    await world.cluster.replace(SECRETS, {**secret, "data": a_secret(token="u")["data"]})

    assert await world.settled() == "t"
    world.now += FRESH_SECONDS
    assert await world.settled() == "u"


async def test_a_token_outlives_its_secret_until_pods_know() -> None:
    world = World()
    world.cluster.add(SECRETS, a_secret(token="t"))
    await world.settled()
    await world.cluster.delete(SECRETS, "shop", POD_TOKEN_SECRET)

    world.now += FRESH_SECONDS
    assert await world.settled() == "t"
    world.now += KEPT_SECONDS
    assert await world.settled() is None


async def test_without_the_api_server_what_was_known_is_sent() -> None:
    world = World()
    world.cluster.add(SECRETS, a_secret(token="t"))
    await world.settled()
    world.cluster.away = True

    world.now += 10 * KEPT_SECONDS
    assert await world.settled() == "t"


async def test_nobody_waits_for_an_answer_once_one_is_known() -> None:
    world = World()
    world.cluster.add(SECRETS, a_secret(token="t"))
    await world.settled()
    world.cluster.hung = True
    world.now += FRESH_SECONDS

    assert await asyncio.wait_for(world.tokens.fetch("shop"), 1) == "t"
    await world.tokens.close()


async def test_after_a_long_silence_it_is_asked_for_first() -> None:
    world = World()
    secret = world.cluster.add(SECRETS, a_secret(token="t"))
    await world.settled()
    await world.cluster.replace(SECRETS, {**secret, "data": a_secret(token="u")["data"]})
    world.now += 3600

    assert await world.tokens.fetch("shop") == "u"


async def test_a_first_question_without_an_answer_is_asked_again() -> None:
    world = World()
    world.cluster.add(SECRETS, a_secret(token="t"))
    world.cluster.away = True
    assert await world.tokens.fetch("shop") is None

    world.cluster.away = False
    world.now += 1
    assert await world.settled() == "t"


async def test_what_cannot_be_read_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    world.cluster.away = True

    for _ in range(3):
        await world.settled()
        world.now += FRESH_SECONDS

    assert caplog.text.count("away") == 1
