"""A peer's server while it runs: started, asked once, compared with transformers, ended."""

from __future__ import annotations

import contextlib
import http.client
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.cosines import smallest_cosine
from bench.errors import NotMeasured
from bench.folders import cache_folder
from bench.peers.interface import Peer, Setup
from bench.processes import Group, count_cpu_seconds, find_free_port, running

READY_SECONDS = 180.0
ASK_SECONDS = 60.0
PROBE = "hello world"
OK = 200
# Less than this share of one core over the interval is idle.
IDLE_SHARE, IDLE_INTERVAL, IDLE_SECONDS = 0.06, 0.3, 20.0


@dataclass(frozen=True, slots=True)
class Server:
    """A peer that answers on a port."""

    peer: Peer
    group: Group
    port: int
    seconds_to_answer: float

    @property
    def pid(self) -> int:
        """Return the process that was started; others may be its children."""
        return self.group.process.pid

    def ask(self, text: str) -> list[float]:
        """Return a text's vector."""
        return ask(self.peer, self.port, text)

    def check(self, texts: Sequence[str], reference: Sequence[Sequence[float]]) -> float:
        """Return the smallest cosine to transformers' vectors; raises NotMeasured if too small."""
        found = smallest_cosine([self.ask(text) for text in texts], reference)
        if not found >= self.peer.cosine:
            raise NotMeasured(
                f"wrong vectors: cosine {found:.5f} to transformers', "
                f"{self.peer.cosine} is asked of it"
            )
        return found

    def wait_until_idle(self) -> bool:
        """Wait until it has worked off what it was sent; False if it never is."""
        deadline = time.monotonic() + IDLE_SECONDS
        while time.monotonic() < deadline:
            before = count_cpu_seconds(self.pid)
            time.sleep(IDLE_INTERVAL)
            if count_cpu_seconds(self.pid) - before < IDLE_SHARE * IDLE_INTERVAL:
                return True
        return False


@contextlib.contextmanager
def serving(peer: Peer, setup: Setup) -> Iterator[Server]:
    """Give a server that has answered once, and end it; raises NotMeasured if it never does."""
    port = find_free_port()
    command = peer.command(setup, port)
    log = cache_folder("logs") / f"{peer.name}.log"
    began = time.perf_counter()
    with running(command.argv, command.environment, log) as group:
        wait_for_answer(peer, group, port)
        yield Server(peer, group, port, time.perf_counter() - began)


def wait_for_answer(peer: Peer, group: Group, port: int) -> None:
    """Ask until there is a vector; raises NotMeasured."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if group.process.poll() is not None:
            raise NotMeasured(f"it ended while starting: {group.tell_end()}")
        with contextlib.suppress(OSError, http.client.HTTPException, NotMeasured):
            ask(peer, port, PROBE)
            return
        time.sleep(0.02)
    raise NotMeasured(f"no answer within {READY_SECONDS:.0f} s: {group.tell_end()}")


def ask(peer: Peer, port: int, text: str) -> list[float]:
    """Return a text's vector; raises NotMeasured for an answer that is none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ASK_SECONDS)
    with contextlib.closing(connection):
        headers = {"Content-Type": "application/json"}
        connection.request("POST", peer.path, peer.write_body(text), headers)
        answer = connection.getresponse()
        content = answer.read()
    if answer.status != OK:
        raise NotMeasured(f"it answered {answer.status}: {content[:200]!r}")
    try:
        return peer.read_vector(content)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise NotMeasured(f"its answer is no vector: {content[:200]!r}") from error
