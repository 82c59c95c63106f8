"""Measurements' processes and load, on real processes and a real server of loopback."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from bench.load import Load, Order, Outcome
from bench.processes import count_cpu_seconds, read_anonymous_mebibytes, running

GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
BAD = b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"
CLOSING = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""


@asynccontextmanager
async def answering(answer: bytes, seconds: float) -> AsyncIterator[int]:
    """Give the port of a server that answers every request alike after a while."""

    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].split()[0])
                await reader.readexactly(length)
                await asyncio.sleep(seconds)
                writer.write(answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        for writer in writers:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


def an_order(port: int, most_requests: int = 10_000) -> Order:
    return Order(
        port=port,
        path="/",
        bodies=["{}", '{"long": true}'],
        kinds=["query", "passage"],
        tokens=[8, 100],
        clients=4,
        warm_seconds=0.1,
        seconds=0.5,
        most_requests=most_requests,
        drain_seconds=5.0,
        server_pid=os.getpid(),
    )


async def load(answer: bytes, seconds: float, most_requests: int = 10_000) -> Outcome:
    async with answering(answer, seconds) as port:
        return await Load(an_order(port, most_requests)).run()


async def test_clients_ask_again_as_soon_as_they_are_answered() -> None:
    outcome = await load(GOOD, 0.02)

    # Four clients, 0.5 s at 20 ms: a hundred at most, fewer on a machine that others use.
    assert 20 <= outcome.requests <= 110
    assert outcome.errors == outcome.abandoned == 0
    assert outcome.tokens == pytest.approx(outcome.requests * 54, abs=4 * 54)
    assert outcome.percentiles["all"]["p50"] >= 0.02
    assert set(outcome.percentiles) == {"all", "query", "passage"}


async def test_answers_other_than_200_are_errors() -> None:
    outcome = await load(BAD, 0.02)

    assert outcome.requests == 0
    assert outcome.errors > 0


async def test_a_server_that_hangs_up_after_each_answer_is_connected_again() -> None:
    outcome = await load(CLOSING, 0.02)

    assert outcome.requests > 8
    assert outcome.errors == 0


async def test_a_window_ends_early_when_enough_was_answered() -> None:
    outcome = await load(GOOD, 0.0, most_requests=10)

    assert outcome.requests >= 10
    assert outcome.seconds < 0.5


def start_and_fail(log: Path, started: list[psutil.Process]) -> None:
    with running([sys.executable, "-c", PARENT], {}, log, piped=True) as group:
        assert group.process.stdout is not None
        child = int(group.process.stdout.readline())
        started += [psutil.Process(group.process.pid), psutil.Process(child)]
        assert read_anonymous_mebibytes(group.process.pid) > 1
        assert count_cpu_seconds(group.process.pid) > 0
        raise RuntimeError("amid")


def test_a_process_and_its_child_end_when_a_measurement_fails(tmp_path: Path) -> None:
    started: list[psutil.Process] = []

    with pytest.raises(RuntimeError, match="amid"):
        start_and_fail(tmp_path / "log", started)

    assert len(started) == 2
    assert psutil.wait_procs(started, timeout=10)[1] == []


def test_a_suspended_process_does_not_run(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", "print(1, flush=True)\nwhile True: pass"]
    with running(argv, {}, tmp_path / "log", piped=True) as group:
        assert group.process.stdout is not None
        group.process.stdout.readline()
        group.suspend()
        before = count_cpu_seconds(group.process.pid)
        time.sleep(0.2)

        assert count_cpu_seconds(group.process.pid) - before < 0.05
