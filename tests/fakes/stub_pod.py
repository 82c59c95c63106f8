"""A pod on a socket of this machine that does to each request what a test tells it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Asked:
    """One request as it arrived, with the connection that it came by."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int
    writer: asyncio.StreamWriter
    left: asyncio.Event

    @property
    def path(self) -> str:
        """Return the target without its query."""
        return self.target.partition("?")[0]

    def answer(self, status: int, body: bytes = b"{}", **headers: str) -> None:
        """Send a whole answer."""
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        head = (
            f"HTTP/1.1 {status} Some\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\n{lines}\r\n"
        )
        self.writer.write(head.encode() + body)

    def reset(self) -> None:
        """End the connection as the kernel does for a process that was killed."""
        self.writer.transport.abort()


Behaviour = Callable[[Asked], Awaitable[None]]


async def answer_ok(asked: Asked) -> None:
    """Answer at once."""
    asked.answer(200, b'{"ok":true}')


@dataclass(slots=True)
class StubPod:
    """Answers `/readyz` by `is_ready`, and all else by `behave`; keeps what it was asked."""

    behave: Behaviour = answer_ok
    is_ready: bool = True
    host: str = "127.0.0.1"
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    was_asked: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once it was asked for more than its readiness."""
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen, on the same port as before if it did."""
        self._server = await asyncio.start_server(self._accept, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def kill(self) -> None:
        """End at once, with every connection."""
        if self._server is not None:
            self._server.close()
            self.cut()
            await self._server.wait_closed()
            self._server = None

    def cut(self) -> None:
        """End every connection at once."""
        for writer in tuple(self._writers):
            writer.transport.abort()

    def hang_up(self) -> None:
        """Close every connection as one does that has been idle for long."""
        for writer in tuple(self._writers):
            writer.close()

    @property
    def inferences(self) -> list[Asked]:
        """Return what it was asked beside its readiness."""
        return [one for one in self.asked if one.path != "/readyz"]

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        self._writers.add(writer)
        left = asyncio.Event()
        running: asyncio.Task[None] | None = None
        try:
            while (asked := await _read(reader, writer, number, left)) is not None:
                self.asked.append(asked)
                running = asyncio.ensure_future(self._answer(asked))
        except OSError:
            pass
        finally:
            left.set()
            self._writers.discard(writer)
            writer.close()
            if running is not None:
                await asyncio.wait({running}, timeout=1)
                running.cancel()

    async def _answer(self, asked: Asked) -> None:
        if asked.path == "/readyz":
            asked.answer(200 if self.is_ready else 503)
        else:
            self.was_asked.set()
            await self.behave(asked)


async def _read(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int, left: asyncio.Event
) -> Asked | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.rstrip("\r\n").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    method, target, _ = first.split(" ")
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method, target, headers, body, number, writer, left)


@asynccontextmanager
async def a_stub_pod(behave: Behaviour = answer_ok) -> AsyncIterator[StubPod]:
    """Run a pod."""
    pod = StubPod(behave)
    await pod.start()
    try:
        yield pod
    finally:
        await pod.kill()
