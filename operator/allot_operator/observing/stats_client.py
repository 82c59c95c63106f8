"""What many pods say of themselves, asked a bounded number at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Protocol

from allot_operator.facts.reports import NotKnown, Reading, parse_report
from allot_operator.words import RUNTIME_PORT
from allot_protocol.pods.stats import NoStats, StatsAsker

MAX_CONCURRENT = 32


class StatsReader(Protocol):
    """Whatever can ask a pod."""

    async def read(self, ip: str, namespace: str) -> Reading:
        """Return what a pod of a namespace says; never raises for one that says nothing."""
        ...


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


class StatsClient:
    """Asks over HTTP."""

    def __init__(self, asker: StatsAsker, port: int = RUNTIME_PORT) -> None:
        self._asker = asker
        self._port = port

    async def read(self, ip: str, namespace: str) -> Reading:
        """Return what the pod at an address says of itself."""
        try:
            return parse_report(await self._asker.ask(namespace, ip, self._port))
        except NoStats as error:
            return NotKnown(str(error))
