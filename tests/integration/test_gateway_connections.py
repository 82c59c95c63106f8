"""A real uvicorn on loopback, and clients that send too slowly, too much, or read nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import uvicorn

from allot_gateway.access.connections import (
    LINGER_SECONDS,
    ConnectionBounds,
    build_protocol,
    build_refusal,
)

SHORT = ConnectionBounds(
    header_seconds=0.3, body_seconds=0.3, write_seconds=0.3, header_bytes=4096, connections=100
)
HEAD = b"POST /echo HTTP/1.1\r\nHost: a\r\n"
PATIENCE = 5.0


class App:
    """Answers with the size of the body; counts the requests that reach it."""

    def __init__(self, answer: bytes = b"") -> None:
        self.answer = answer
        self.reached = 0
        self.server: uvicorn.Server | None = None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.reached += 1
        size, more = 0, True
        while more:
            message = await receive()
            size += len(message.get("body", b""))
            more = message["type"] == "http.request" and message["more_body"]
        if scope["path"] == "/slow":
            await asyncio.sleep(2 * SHORT.body_seconds)
        body = self.answer or b"%d" % size
        headers = [(b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def serving(app: App, bounds: ConnectionBounds = SHORT) -> AsyncIterator[int]:
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]
        host="127.0.0.1",
        port=0,
        http=build_protocol(bounds),
        ws="none",
        lifespan="off",
        log_config=None,
        timeout_keep_alive=5,
    )
    server = uvicorn.Server(config)
    app.server = server
    running = asyncio.create_task(server._serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.005)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = server.force_exit = True
        await running


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, *parts: bytes, pause: float = 0.0) -> None:
        for part in parts:
            self.writer.write(part)
            await asyncio.sleep(pause)

    async def answer(self) -> tuple[int, bytes]:
        async with asyncio.timeout(PATIENCE):
            head = await self.reader.readuntil(b"\r\n\r\n")
            size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            return int(head.split()[1]), await self.reader.readexactly(size)

    async def until_closed(self) -> bytes:
        """Return what is still to be read; fails if the connection is not ended."""
        async with asyncio.timeout(PATIENCE):
            try:
                return await self.reader.read()
            except ConnectionResetError:
                return b""


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Client(reader, writer)
    finally:
        writer.close()


async def test_requests_pass_and_their_connection_stays() -> None:
    app = App()
    async with serving(app) as port, connected(port) as client:
        for _ in range(3):
            await client.send(HEAD + b"Content-Length: 3\r\n\r\nabc")
            assert await client.answer() == (200, b"3")
            await asyncio.sleep(1.5 * SHORT.header_seconds)
        await client.send(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        assert await client.answer() == (200, b"0")
    assert app.reached == 4


async def test_pipelined_requests_pass() -> None:
    async with serving(App()) as port, connected(port) as client:
        await client.send((HEAD + b"Content-Length: 1\r\n\r\na") * 3)
        assert [await client.answer() for _ in range(3)] == [(200, b"1")] * 3


async def test_who_sends_nothing_is_told_and_left() -> None:
    async with serving(App()) as port, connected(port) as client:
        status, body = await client.answer()

        assert (status, json.loads(body)["error"]["type"]) == (408, "status_exception")
        assert await client.until_closed() == b""


async def test_a_byte_now_and_then_keeps_no_connection() -> None:
    app = App()
    async with serving(app) as port, connected(port) as client:
        await client.send(HEAD)
        sending = asyncio.create_task(client.send(*[b"X"] * 1000, pause=0.05))
        loop = asyncio.get_running_loop()
        began = loop.time()

        assert (await client.answer())[0] == 408
        assert SHORT.header_seconds - 0.1 < loop.time() - began < SHORT.header_seconds + 1
        sending.cancel()
    assert app.reached == 0


async def test_slow_headers_of_a_later_request_keep_none_either() -> None:
    async with serving(App()) as port, connected(port) as client:
        await client.send(HEAD + b"Content-Length: 0\r\n\r\n")
        assert (await client.answer())[0] == 200

        await client.send(b"POST /echo HTT")

        assert (await client.answer())[0] == 408
        await client.until_closed()


async def test_a_slow_body_keeps_no_connection() -> None:
    async with serving(App()) as port, connected(port) as client:
        await client.send(HEAD + b"Content-Length: 1000\r\n\r\n")
        sending = asyncio.create_task(client.send(*[b"X"] * 900, pause=0.05))
        loop = asyncio.get_running_loop()
        began = loop.time()
        await client.until_closed()

        assert SHORT.body_seconds - 0.1 < loop.time() - began < SHORT.body_seconds + 1
        sending.cancel()


async def test_headers_that_never_end_are_refused_early() -> None:
    app = App()
    async with serving(app) as port, connected(port) as client:
        await client.send(HEAD + b"X-Long: ", *[b"a" * 1024] * 8)

        status, body = await client.answer()

        assert status == 431
        assert "max_header_bytes [4096]" in json.loads(body)["error"]["reason"]
        await client.until_closed()
    assert app.reached == 0


async def test_headers_that_come_at_once_and_are_too_large_are_refused() -> None:
    app = App()
    async with serving(app) as port, connected(port) as client:
        many = b"".join(b"X-%d: a\r\n" % number for number in range(1000))
        await client.send(HEAD + many + b"Content-Length: 1\r\n\r\na" + HEAD + b"\r\n")

        assert (await client.answer())[0] == 431
        assert await client.until_closed() == b""
        await asyncio.sleep(LINGER_SECONDS + 0.2)
        assert app.server is not None
        assert not app.server.server_state.connections
    assert app.reached == 0


async def test_a_long_path_counts_too() -> None:
    async with serving(App()) as port, connected(port) as client:
        await client.send(b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\nHost: a\r\n\r\n")

        assert (await client.answer())[0] == 431


async def test_one_connection_too_many_is_told_so() -> None:
    bounds = ConnectionBounds(header_seconds=5, connections=2)
    async with serving(App(), bounds) as port, connected(port) as one, connected(port) as other:
        await one.send(HEAD)
        await other.send(HEAD)
        await asyncio.sleep(0.05)
        async with connected(port) as third:
            assert (await third.answer())[0] == 503
            await third.until_closed()
        await asyncio.sleep(0.05)
        await one.send(b"Content-Length: 0\r\n\r\n")
        assert (await one.answer())[0] == 200


async def test_who_does_not_read_an_answer_holds_nothing_for_long() -> None:
    app = App(answer=b"a" * 64 * 2**20)
    async with serving(app) as port, connected(port) as client:
        await client.send(HEAD + b"Content-Length: 0\r\n\r\n")
        await asyncio.sleep(SHORT.write_seconds + 0.5)

        read = await client.until_closed()

        assert 0 < len(read) < len(app.answer)


async def test_what_is_no_http_is_refused() -> None:
    async with serving(App()) as port, connected(port) as client:
        await client.send(b"\x16\x03\x01\x00\xa5\x01\x00")

        assert (await client.answer())[0] == 400
        await client.until_closed()


def test_a_refusal_is_in_elasticsearchs_words() -> None:
    head, _, body = build_refusal(HTTPStatus.REQUEST_TIMEOUT, "why").partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 408 Request Timeout\r\nX-Elastic-Product: Elasticsearch\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    cause = {"type": "status_exception", "reason": "why"}
    assert json.loads(body) == {"error": {"root_cause": [cause], **cause}, "status": 408}
