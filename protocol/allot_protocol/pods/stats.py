"""Asks many pods for `/stats`, every few seconds: connections are kept from one time to the next.

Some thousands are asked, so that what each costs adds up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from allot_protocol.pods.answers import CutShort, Overdue, Unanswered
from allot_protocol.pods.pool import IDLE_SECONDS, PodPool

STATS_PATH = "/stats"
TIMEOUT_SECONDS = 2.0
# A report is about a kilobyte; whatever sends more is not a runtime of ours.
MOST_BODY_BYTES = 256 * 1024

FetchToken = Callable[[str], Awaitable[str | None]]


class NoStats(Exception):
    """A pod said nothing of itself; the text says why."""


async def without_token(_namespace: str) -> str | None:
    """Stand for namespaces whose pods ask for none."""
    return None


class StatsAsker:
    """Asks over HTTP, and shows the token of a pod's namespace, if there is one.

    To be closed at last, such as by `contextlib.closing`.
    """

    def __init__(self, fetch_token: FetchToken = without_token) -> None:
        self._fetch_token = fetch_token
        self._pools: dict[tuple[str, int], PodPool] = {}
        self._pruned_at = 0.0

    async def ask(self, namespace: str, ip: str, port: int) -> bytes:
        """Return what the pod at an address says of itself, undecoded; raises NoStats."""
        token = await self._fetch_token(namespace)
        headers = (("Authorization", f"Bearer {token}"),) if token else ()
        now = asyncio.get_running_loop().time()
        try:
            answer = await self._pool(ip, port, now).get(STATS_PATH, headers, now + TIMEOUT_SECONDS)
        except (Unanswered, CutShort, Overdue, ValueError) as error:
            raise NoStats(str(error)) from error
        if answer.status != HTTPStatus.OK:
            raise NoStats(f"the pod answered {answer.status}")
        return answer.body

    def prune(self, now: float) -> None:
        """Close connections that have been idle for long, such as to pods that are gone."""
        for place, pool in tuple(self._pools.items()):
            pool.prune(now)
            if pool.is_unused:
                # A connection that is being made is closed after its answer.
                self._pools.pop(place).retire()

    def close(self) -> None:
        """End all connections."""
        for pool in self._pools.values():
            pool.close()
        self._pools.clear()

    def _pool(self, ip: str, port: int, now: float) -> PodPool:
        if now - self._pruned_at > IDLE_SECONDS:
            self._pruned_at = now
            self.prune(now)
        pool = self._pools.get((ip, port))
        if pool is None:
            pool = self._pools[ip, port] = PodPool(ip, port, MOST_BODY_BYTES)
        return pool
