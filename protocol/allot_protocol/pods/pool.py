"""The connections to one pod: as many as it has requests, and those that were used lately."""

from __future__ import annotations

import asyncio
from collections import deque

from allot_protocol.limits import KEEP_ALIVE_SECONDS
from allot_protocol.pods.answers import RawAnswer, Unanswered
from allot_protocol.pods.connection import MOST_BODY_BYTES, PodConnection
from allot_protocol.pods.requests import build_head

CONNECT_SECONDS = 2.0
# Well before the pod does: what it closes while a request is on its way there is lost.
IDLE_SECONDS = KEEP_ALIVE_SECONDS - 5.0

Headers = tuple[tuple[str, str], ...]


class PodPool:
    """Connections to one address, over which answers of so many bytes are taken."""

    __slots__ = ("_busy", "_idle", "_is_closed", "_most_body_bytes", "host", "ip", "port")

    def __init__(self, ip: str, port: int, most_body_bytes: int = MOST_BODY_BYTES) -> None:
        self.ip, self.port = ip, port
        self._most_body_bytes = most_body_bytes
        self.host = f"[{ip}]:{port}" if ":" in ip else f"{ip}:{port}"
        # The one used last is at the end, and is used next: so the others may grow old.
        self._idle: deque[PodConnection] = deque()
        self._busy: set[PodConnection] = set()
        self._is_closed = False

    @property
    def idle_connections(self) -> int:
        """Return how many are kept for later."""
        return len(self._idle)

    @property
    def is_unused(self) -> bool:
        """Whether there is no connection at all."""
        return not self._idle and not self._busy

    async def post(self, target: str, headers: Headers, body: bytes, due: float) -> RawAnswer:
        """Send a request and return its answer, by `due` of the loop's clock.

        Raises Unanswered, CutShort or Overdue; ValueError for what cannot be sent.
        """
        return await self._send(build_head(target, self.host, headers, len(body)), body, due)

    async def get(self, target: str, headers: Headers, due: float) -> RawAnswer:
        """Send a GET and return its answer, as `post` does."""
        return await self._send(build_head(target, self.host, headers, None), b"", due)

    async def get_anew(self, target: str, due: float) -> RawAnswer:
        """Send a GET over a new connection, which shows that one can be made."""
        head = build_head(target, self.host, (), None)
        return await self._exchange(await self._connect(due), head, b"", due)

    def prune(self, now: float) -> None:
        """Close what has been idle for long."""
        while self._idle and now - self._idle[0].idle_since > IDLE_SECONDS:
            self._idle.popleft().close()

    def retire(self) -> None:
        """Close what is idle, and what is busy when it has ended."""
        self._is_closed = True
        while self._idle:
            self._idle.popleft().close()

    def close(self) -> None:
        """End everything at once."""
        self.retire()
        for connection in tuple(self._busy):
            connection.close()

    async def _send(self, head: bytes, body: bytes, due: float) -> RawAnswer:
        try:
            return await self._exchange(await self._take(due), head, body, due)
        except Unanswered as error:
            if not error.was_stale:
                raise
        return await self._exchange(await self._connect(due), head, body, due)

    async def _exchange(
        self, connection: PodConnection, head: bytes, body: bytes, due: float
    ) -> RawAnswer:
        self._busy.add(connection)
        try:
            return await connection.exchange(head, body, due)
        finally:
            self._busy.discard(connection)
            if connection.is_open:
                if self._is_closed:
                    connection.close()
                else:
                    self._idle.append(connection)

    async def _take(self, due: float) -> PodConnection:
        idle = self._idle
        if idle:
            oldest_allowed = asyncio.get_running_loop().time() - IDLE_SECONDS
            while idle:
                connection = idle.pop()
                if connection.is_idle and connection.idle_since > oldest_allowed:
                    return connection
                connection.close()
        return await self._connect(due)

    async def _connect(self, due: float) -> PodConnection:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout_at(min(due, loop.time() + CONNECT_SECONDS)):
                _, connection = await loop.create_connection(
                    lambda: PodConnection(loop, self._most_body_bytes), self.ip, self.port
                )
        except TimeoutError:
            raise Unanswered("no connection in time", was_sent=False) from None
        except OSError as error:
            raise Unanswered(f"no connection: {error}", was_sent=False) from error
        return connection
