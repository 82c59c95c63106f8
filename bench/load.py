"""Clients that ask again as soon as they are answered: the load, in a process of its own.

Started by `bench.traffic`, which gives an Order on standard input and takes an Outcome from
standard output, both JSON. Answers are parsed in C and never read as JSON, so that one core's
share goes to the engines; what the generator itself took is part of the outcome.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any, cast

import httptools
import orjson
import uvloop

from bench.processes import count_cpu_seconds
from bench.rounds import percentile

OK = 200
HANG_UP_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Order:
    """What to send where, and for how long. A body's kind and tokens stand beside it."""

    port: int
    path: str
    bodies: list[str]
    kinds: list[str]
    tokens: list[int]
    clients: int
    warm_seconds: float
    seconds: float
    most_requests: int
    drain_seconds: float
    server_pid: int
    authorization: str = ""


@dataclass(slots=True)
class Tally:
    """What was answered within the measured window."""

    latencies: dict[str, list[float]] = field(default_factory=dict)
    requests: int = 0
    tokens: int = 0
    errors: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """The window's figures; latencies in seconds, by kind, each sorted."""

    seconds: float
    requests: int
    tokens: int
    errors: int
    abandoned: int
    server_cpu_seconds: float
    generator_cpu_seconds: float
    percentiles: dict[str, dict[str, float]]


class Client(asyncio.Protocol):
    """One connection that always has one request under way."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._index = 0
        self._sent = 0.0
        self.is_waiting = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        # uvloop's transports are of no class of asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        """Give the parser what came."""
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        """Count an answer and ask again."""
        self.is_waiting = False
        is_good = self._parser.get_status_code() == OK
        self._load.count(self._index, time.perf_counter() - self._sent, is_good=is_good)
        if not self._parser.should_keep_alive() and self._transport:
            self._transport.close()
            return
        self._parser = httptools.HttpResponseParser(self)
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        """Count what was under way as lost, and connect again."""
        if self.is_waiting:
            self.is_waiting = False
            self._load.count(self._index, 0.0, is_good=False)
        self._load.replace(self)

    def close(self) -> None:
        """Hang up."""
        if self._transport:
            self._transport.close()

    def _send(self) -> None:
        if self._load.is_over or self._transport is None:
            return
        self._index = self._load.take()
        self.is_waiting = True
        self._sent = time.perf_counter()
        self._transport.write(self._load.requests[self._index])


class Load:
    """All clients together."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._next = 0
        self._clients: list[Client] = []
        self._tally: Tally | None = None
        self._full = asyncio.Event()
        self._idle = asyncio.Event()
        self._gone = asyncio.Event()
        self.is_over = False
        self.requests = [build_request(order, body) for body in order.bodies]

    async def run(self) -> Outcome:
        """Warm up, measure, and wait for what is still under way."""
        order = self._order
        for _ in range(order.clients):
            await self._connect()
        await asyncio.sleep(order.warm_seconds)
        self._tally = tally = Tally()
        began, own, server = self._read_clocks()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._full.wait(), order.seconds)
        self._tally = None
        ended, own_end, server_end = self._read_clocks()
        abandoned = await self._drain()
        return Outcome(
            seconds=ended - began,
            requests=tally.requests,
            tokens=tally.tokens,
            errors=tally.errors,
            abandoned=abandoned,
            server_cpu_seconds=server_end - server,
            generator_cpu_seconds=own_end - own,
            percentiles=summarize(tally.latencies),
        )

    def take(self) -> int:
        """Return the index of the next body; all clients go through them together."""
        index = self._next
        self._next = (index + 1) % len(self.requests)
        return index

    def count(self, index: int, seconds: float, *, is_good: bool) -> None:
        """Count an answer, if it came within the window."""
        tally = self._tally
        if tally is None:
            self._settle()
            return
        if not is_good:
            tally.errors += 1
            return
        tally.requests += 1
        tally.tokens += self._order.tokens[index]
        tally.latencies.setdefault(self._order.kinds[index], []).append(seconds)
        if tally.requests >= self._order.most_requests:
            self._full.set()

    def replace(self, client: Client) -> None:
        """Connect another client for one that was cut off."""
        self._clients.remove(client)
        if self.is_over and not self._clients:
            self._gone.set()
        if not self.is_over:
            self._connecting = asyncio.ensure_future(self._connect())

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        client = Client(self)
        self._clients.append(client)
        await loop.create_connection(lambda: client, "127.0.0.1", self._order.port)

    async def _drain(self) -> int:
        """Wait for answers that are under way; return how many did not come."""
        self.is_over = True
        self._settle()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), self._order.drain_seconds)
        abandoned = sum(client.is_waiting for client in self._clients)
        for client in list(self._clients):
            client.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._gone.wait(), HANG_UP_SECONDS)
        return abandoned

    def _settle(self) -> None:
        if self.is_over and not any(client.is_waiting for client in self._clients):
            self._idle.set()

    def _read_clocks(self) -> tuple[float, float, float]:
        server = count_cpu_seconds(self._order.server_pid)
        return time.perf_counter(), time.process_time(), server


def build_request(order: Order, body: str) -> bytes:
    """Return a request as it goes over the wire."""
    content = body.encode()
    head = (
        f"POST {order.path} HTTP/1.1\r\nHost: 127.0.0.1:{order.port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
    )
    if order.authorization:
        head += f"Authorization: {order.authorization}\r\n"
    return head.encode() + b"\r\n" + content


def summarize(latencies: dict[str, list[float]]) -> dict[str, dict[str, float]]:
    """Return median and 99th percentile of each kind and of all together."""
    every = [seconds for kind in latencies.values() for seconds in kind]
    groups = {"all": every} | latencies
    return {
        name: {"p50": percentile(group, 0.5), "p99": percentile(group, 0.99)}
        for name, group in groups.items()
        if group
    }


async def _run(order: Order) -> Outcome:
    return await Load(order).run()


def main() -> None:
    """Read an order, run it, write its outcome."""
    given: dict[str, Any] = orjson.loads(sys.stdin.buffer.read())
    outcome = uvloop.run(_run(Order(**given)))
    sys.stdout.buffer.write(orjson.dumps(asdict(outcome)))


if __name__ == "__main__":
    main()
