"""Asks pods for `/stats`, a bounded number at a time and each for a bounded time."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Protocol

import aiohttp

from allot_operator.facts.reports import NotKnown, Reading, parse_report
from allot_operator.words import RUNTIME_PORT

TIMEOUT_SECONDS = 2.0
MAX_CONCURRENT = 32
# A report is about a kilobyte; whatever sends more is not a runtime of ours.
MAX_BODY_BYTES = 256 * 1024


class StatsReader(Protocol):
    """Whatever can ask a pod."""

    async def read(self, ip: str) -> Reading:
        """Return what the pod at an address says; never raises for a pod that says nothing."""
        ...


class StatsClient:
    """Asks over HTTP."""

    def __init__(self, session: aiohttp.ClientSession, port: int = RUNTIME_PORT) -> None:
        self._session = session
        self._port = port
        self._slots = asyncio.Semaphore(MAX_CONCURRENT)

    async def read(self, ip: str) -> Reading:
        """Return what the pod at an address says of itself."""
        host = f"[{ip}]" if ":" in ip else ip
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        try:
            async with (
                self._slots,
                self._session.get(
                    f"http://{host}:{self._port}/stats", timeout=timeout, allow_redirects=False
                ) as answer,
            ):
                if answer.status != HTTPStatus.OK:
                    return NotKnown(f"the pod answered {answer.status}")
                return parse_report(await answer.content.read(MAX_BODY_BYTES))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return NotKnown(str(error) or type(error).__name__)
