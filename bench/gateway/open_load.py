"""Clients that ask at given times, answered or not: the load, in a process of its own.

Started by `bench.gateway.turns`, which gives an Order on standard input and takes an Outcome from
standard output, both JSON. A request that finds no free connection opens one, up to a bound, and
waits for one beyond it; its latency counts from when it was due.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import sys
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import cast

import httptools
import orjson
import uvloop

from bench.load import OK, summarize

HOST = "127.0.0.1"
DRAIN_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Order:
    """What to send, where, when.

    Each request goes to one of `ports`, by chance. `is_random` makes the times those of a Poisson
    process of that rate; else they are evenly apart. A body's kind stands beside it.
    """

    ports: list[int]
    path: str
    bodies: list[str]
    kinds: list[str]
    rate: float
    connections: int
    warm_seconds: float
    seconds: float
    seed: int
    is_random: bool
    authorization: str


@dataclass(slots=True)
class Outcome:
    """Latencies in seconds by kind, summarized; requests that failed or never were answered."""

    requests: int = 0
    errors: int = 0
    abandoned: int = 0
    generator_cpu_seconds: float = 0.0
    percentiles: dict[str, dict[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Due:
    """One request: when it was due, and which."""

    at: float
    index: int
    is_counted: bool


class Connection(asyncio.Protocol):
    """One connection: one request at a time."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._due: Due | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what requests go to."""
        # uvloop's transports are of no class of asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    def send(self, due: Due) -> None:
        """Send a request."""
        self._due = due
        if self._transport is not None:
            self._transport.write(self._place.requests[due.index])

    def data_received(self, data: bytes) -> None:
        """Give the parser what came."""
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        """Count the answer, and take the next request."""
        due, self._due = self._due, None
        is_good = self._parser.get_status_code() == OK
        self._parser = httptools.HttpResponseParser(self)
        if due is not None:
            self._place.load.count(due, is_good=is_good)
        self._place.release(self)

    def connection_lost(self, error: Exception | None) -> None:
        """Count what was under way as failed."""
        if self._due is not None:
            self._place.load.count(self._due, is_good=False)
        self._place.lose(self)

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


class Place:
    """One server: its connections, and the requests that wait for one."""

    def __init__(self, load: Load, port: int, connections: int) -> None:
        self.load = load
        self.requests = [build_request(load.order, port, body) for body in load.order.bodies]
        self._port = port
        self._most = connections
        self._idle: list[Connection] = []
        self._all: set[Connection] = set()
        self._waiting: deque[Due] = deque()

    async def connect(self) -> None:
        """Open all connections."""
        loop = asyncio.get_running_loop()
        for _ in range(self._most):
            _, connection = await loop.create_connection(lambda: Connection(self), HOST, self._port)
            self._all.add(connection)
            self._idle.append(connection)

    def send(self, due: Due) -> None:
        """Send a request, or have it wait for a connection."""
        if self._idle:
            self._idle.pop().send(due)
        else:
            self._waiting.append(due)

    def release(self, connection: Connection) -> None:
        """Take back a connection that was answered."""
        if self._waiting:
            connection.send(self._waiting.popleft())
        else:
            self._idle.append(connection)

    def lose(self, connection: Connection) -> None:
        """Go on without a connection that was cut."""
        self._all.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)

    def close(self) -> None:
        """Hang up."""
        for connection in tuple(self._all):
            connection.close()


class Load:
    """All requests."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self._random = random.Random(order.seed)
        self._latencies: dict[str, list[float]] = {}
        self._under_way = 0
        self._is_over = False
        self._settled = asyncio.Event()
        self._outcome = Outcome()

    async def run(self) -> Outcome:
        """Send everything when it is due, and wait for what is under way."""
        order = self.order
        each = max(1, order.connections // len(order.ports))
        places = [Place(self, port, each) for port in order.ports]
        for place in places:
            await place.connect()
        began, cpu = time.perf_counter(), time.process_time()
        due_at, index = began, 0
        while due_at < began + order.warm_seconds + order.seconds:
            wait = due_at - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            is_counted = due_at >= began + order.warm_seconds
            self._under_way += is_counted
            self._random.choice(places).send(Due(due_at, index % len(order.bodies), is_counted))
            index += 1
            due_at += self._draw_gap()
        self._is_over = True
        self._settle()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._settled.wait(), DRAIN_SECONDS)
        for place in places:
            place.close()
        self._outcome.abandoned = self._under_way
        self._outcome.generator_cpu_seconds = time.process_time() - cpu
        self._outcome.percentiles = summarize(self._latencies)
        return self._outcome

    def count(self, due: Due, *, is_good: bool) -> None:
        """Count an answer."""
        if not due.is_counted:
            return
        self._under_way -= 1
        self._settle()
        if not is_good:
            self._outcome.errors += 1
            return
        self._outcome.requests += 1
        kind = self.order.kinds[due.index]
        self._latencies.setdefault(kind, []).append(time.perf_counter() - due.at)

    def _settle(self) -> None:
        if self._is_over and not self._under_way:
            self._settled.set()

    def _draw_gap(self) -> float:
        rate = self.order.rate
        return self._random.expovariate(rate) if self.order.is_random else 1 / rate


def build_request(order: Order, port: int, body: str) -> bytes:
    """Return a request as it goes over the wire."""
    content = body.encode()
    head = (
        f"POST {order.path} HTTP/1.1\r\nHost: {HOST}:{port}\r\n"
        f"Authorization: {order.authorization}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


async def _run(order: Order) -> Outcome:
    return await Load(order).run()


def main() -> None:
    """Read an order, run it, write its outcome."""
    outcome = uvloop.run(_run(Order(**orjson.loads(sys.stdin.buffer.read()))))
    sys.stdout.buffer.write(orjson.dumps(asdict(outcome)))


if __name__ == "__main__":
    main()
