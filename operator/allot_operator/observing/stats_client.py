"""Asks pods for `/stats`: many small questions, a bounded number at a time, each of bounded time.

Some thousands are asked every few seconds, so that what each costs adds up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import lru_cache
from http import HTTPStatus
from typing import Protocol

import aiohttp
from yarl import URL

from allot_operator.facts.reports import NotKnown, Reading, parse_report
from allot_operator.words import RUNTIME_PORT

TIMEOUT_SECONDS = 2.0
MAX_CONCURRENT = 32
# A report is about a kilobyte; whatever sends more is not a runtime of ours.
MAX_BODY_BYTES = 256 * 1024
# Longer than the time between two rounds.
KEPT_SECONDS = 15.0
MAX_PLACES = 10_000


class StatsReader(Protocol):
    """Whatever can ask a pod."""

    async def read(self, ip: str, namespace: str) -> Reading:
        """Return what a pod of a namespace says; never raises for one that says nothing."""
        ...


def open_session() -> aiohttp.ClientSession:
    """Return a session for many small questions: no cookies, no proxies, one connection a pod."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEPT_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS),
        skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent"),
        trust_env=False,
    )


async def ask_all(stats: StatsReader, places: Iterable[tuple[str, str]]) -> list[Reading]:
    """Return what the pods at some (address, namespace) say, in their order."""
    asked = list(places)
    answers: dict[int, Reading] = {}
    turns = iter(range(len(asked)))

    async def ask() -> None:
        for turn in turns:
            answers[turn] = await stats.read(*asked[turn])

    await asyncio.gather(*(ask() for _ in range(min(MAX_CONCURRENT, len(asked)))))
    return [answers[turn] for turn in range(len(asked))]


@lru_cache(maxsize=MAX_PLACES)
def build_url(ip: str, port: int) -> URL:
    """Return where a pod is asked, parsed once."""
    return URL.build(scheme="http", host=ip, port=port, path="/stats")


async def without_token(_namespace: str) -> str | None:
    """Stand for namespaces whose pods ask for none."""
    return None


class StatsClient:
    """Asks over HTTP, and shows the token of a pod's namespace, if there is one."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        port: int = RUNTIME_PORT,
        fetch_token: Callable[[str], Awaitable[str | None]] = without_token,
    ) -> None:
        self._session = session
        self._port = port
        self._fetch_token = fetch_token

    async def read(self, ip: str, namespace: str) -> Reading:
        """Return what the pod at an address says of itself."""
        url = build_url(ip, self._port)
        token = await self._fetch_token(namespace)
        shown = {"Authorization": f"Bearer {token}"} if token else None
        try:
            async with self._session.get(url, headers=shown, allow_redirects=False) as answer:
                if answer.status != HTTPStatus.OK:
                    return NotKnown(f"the pod answered {answer.status}")
                return parse_report(await answer.content.read(MAX_BODY_BYTES))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return NotKnown(str(error) or type(error).__name__)
