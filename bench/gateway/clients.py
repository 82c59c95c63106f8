"""What a request to a pod costs this process: our connections, and aiohttp's client.

    python -m bench.gateway.clients --requests 20000

A stub in a process of its own answers each request with a vector's JSON at once. Each client sends
the same requests over 32 connections; the figure is processor time of this process (user and
system) by request, in turns, so that other load on the machine meets both.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import resource
import socket
import statistics
from collections.abc import Awaitable, Callable
from typing import cast

import aiohttp
import uvloop

from allot_protocol.pods.pool import PodPool

ROUNDS, LANES = 5, 32
BODY = b'{"input":["what is a vector"],"input_type":"search"}'
ANSWER_BODY = b'{"text_embedding":[{"embedding":[' + b",".join([b"0.01234567"] * 384) + b"]}]}"
ANSWER = (
    b"HTTP/1.1 200 OK\r\ndate: Mon, 30 Nov 2026 03:00:00 GMT\r\n"
    b"x-allot-tokens: 6\r\nx-allot-waiting-tokens: 0\r\nx-allot-pass-tokens: 384\r\n"
    b"x-elastic-product: Elasticsearch\r\ncontent-type: application/json\r\n"
    b"content-length: %d\r\n\r\n" % len(ANSWER_BODY)
) + ANSWER_BODY
PATH = "/_inference/some?timeout=29999ms"
HEADERS = (("Content-Type", "application/json"),)

Ask = Callable[[], Awaitable[int]]


class _Stub(asyncio.Protocol):
    """Takes every read for one request, as it is on loopback with bodies of this size."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Answer once the request has ended."""
        if data.endswith(BODY):
            self._transport.write(ANSWER)


def serve(listener: socket.socket) -> None:
    """Serve the stub until the process ends."""

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(_Stub, sock=listener)
        await server.serve_forever()

    uvloop.run(run())


async def measure(ask: Ask, requests: int) -> float:
    """Return the microseconds of processor time that a request takes."""

    async def lane() -> None:
        for _ in range(requests // LANES):
            assert await ask() == len(ANSWER_BODY)

    await ask()
    before = _processor_seconds()
    await asyncio.gather(*(lane() for _ in range(LANES)))
    return 1e6 * (_processor_seconds() - before) / (requests // LANES * LANES)


async def compare(port: int, requests: int) -> dict[str, list[float]]:
    """Return each client's microseconds, round by round."""
    loop = asyncio.get_running_loop()
    pool = PodPool("127.0.0.1", port)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=LANES)) as session:

        async def ask_ours() -> int:
            return len((await pool.post(PATH, HEADERS, BODY, loop.time() + 30)).body)

        async def ask_library() -> int:
            url = f"http://127.0.0.1:{port}{PATH}"
            timeout = aiohttp.ClientTimeout(total=30)
            async with session.post(url, data=BODY, headers=HEADERS, timeout=timeout) as answer:
                return len(await answer.read())

        found: dict[str, list[float]] = {"ours": [], "aiohttp": []}
        for _ in range(ROUNDS):
            found["ours"].append(await measure(ask_ours, requests))
            found["aiohttp"].append(await measure(ask_library, requests))
    pool.close()
    return found


def _processor_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Print both clients' figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--requests", type=int, default=20_000)
    requests = parser.parse_args().requests
    listener = socket.create_server(("127.0.0.1", 0))
    stub = multiprocessing.get_context("fork").Process(target=serve, args=(listener,), daemon=True)
    stub.start()
    try:
        found = uvloop.run(compare(listener.getsockname()[1], requests))
    finally:
        stub.terminate()
        stub.join()
    for name, rounds in found.items():
        spread = ", ".join(f"{value:.1f}" for value in rounds)
        print(f"{name:8} {statistics.median(rounds):6.1f} µs a request  ({spread})")  # noqa: T201


if __name__ == "__main__":
    main()
