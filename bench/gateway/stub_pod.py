"""Pods without a model: they answer at once, or at the pace of a real one's forward passes.

Started by `bench.gateway`: `python -m bench.gateway.stub_pod PORT [PASS_SECONDS TOKEN_SECONDS]`.
A paced pod takes batches from the runtime's own line, and sleeps while it would compute.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import httptools
import orjson
import uvloop

from allot_protocol.priority import Priority
from allot_runtime.batching import choose_budget
from allot_runtime.waiting import Place, WaitingLine

HOST = "127.0.0.1"
LINE_INPUTS = 100_000
CHARACTERS_A_TOKEN = 4
# As long as the answer of a model of 384 dimensions.
VECTOR = [round(index / 1000 - 0.19, 7) for index in range(384)]
EMBEDDING = orjson.dumps({"embedding": VECTOR})


@dataclass(frozen=True, slots=True)
class Pace:
    """What a forward pass takes, in seconds."""

    seconds_per_pass: float
    seconds_per_token: float

    def seconds(self, tokens: int) -> float:
        """Return what a pass of so many tokens takes."""
        return self.seconds_per_pass + tokens * self.seconds_per_token


@dataclass(frozen=True, slots=True)
class Asked:
    """A request whose answer is due."""

    tokens: int
    inputs: int
    answer: Callable[[int, int], None]


class Pod:
    """One line and one pass at a time."""

    def __init__(self, pace: Pace | None) -> None:
        self._pace = pace
        self._line: WaitingLine[Asked] = WaitingLine(LINE_INPUTS, lambda _: True)
        self._is_busy = False

    @property
    def tokens_waiting(self) -> int:
        """Return the tokens that wait for a pass."""
        return self._line.tokens

    def take(self, asked: Asked, priority: Priority) -> None:
        """Answer, or put a request into the line."""
        if self._pace is None:
            asked.answer(asked.tokens, 0)
            return
        now = asyncio.get_running_loop().time()
        self._line.admit([Place(asked, asked.tokens)], priority, now)
        if not self._is_busy:
            self._begin(self._pace)

    def _begin(self, pace: Pace) -> None:
        loop = asyncio.get_running_loop()
        batch = self._line.take(choose_budget(1), loop.time())
        self._is_busy = bool(batch)
        if batch:
            seconds = pace.seconds(sum(one.tokens for one in batch))
            loop.call_later(seconds, self._end, pace, batch)

    def _end(self, pace: Pace, batch: list[Asked]) -> None:
        self._begin(pace)
        for one in batch:
            one.answer(one.tokens, self._line.tokens)


class Connection(asyncio.Protocol):
    """One client's connection."""

    def __init__(self, pod: Pod) -> None:
        self._pod = pod
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._path, self._body = b"", b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what answers go to."""
        # uvloop's transports are of no class of asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Give the parser what came."""
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._path, self._body = b"", b""

    def on_url(self, url: bytes) -> None:
        """Keep the path."""
        self._path += url

    def on_body(self, body: bytes) -> None:
        """Keep the body."""
        self._body += body

    def on_message_complete(self) -> None:
        """Answer statistics at once, and an inference when it is done."""
        if self._path.startswith(b"/stats"):
            self._write(orjson.dumps(describe_stats()), ())
            return
        inputs = read_inputs(self._body)
        tokens = sum(count_tokens(text) for text in inputs)
        is_search = b'"search"' in self._body
        asked = Asked(tokens, len(inputs), self._answer(len(inputs)))
        self._pod.take(asked, Priority.SEARCH if is_search else Priority.INGEST)

    def _answer(self, inputs: int) -> Callable[[int, int], None]:
        def answer(tokens: int, waiting: int) -> None:
            body = b'{"text_embedding":[' + b",".join([EMBEDDING] * inputs) + b"]}"
            heads = (f"x-allot-tokens: {tokens}", f"x-allot-waiting-tokens: {waiting}")
            self._write(body, heads)

        return answer

    def _write(self, body: bytes, heads: tuple[str, ...]) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        lines = (
            "HTTP/1.1 200 OK",
            "content-type: application/json",
            f"content-length: {len(body)}",
            *heads,
        )
        self._transport.write("\r\n".join((*lines, "\r\n")).encode() + body)


def read_inputs(body: bytes) -> list[str]:
    """Return a body's inputs."""
    given = orjson.loads(body)["input"]
    return [given] if isinstance(given, str) else given


def count_tokens(text: str) -> int:
    """Return about as many tokens as a real tokenizer would find."""
    return 2 + len(text) // CHARACTERS_A_TOKEN


def describe_stats() -> dict[str, object]:
    """Return the part of a pod's statistics that a gateway reads."""
    budget = choose_budget(1)
    return {"batch": {"tokens": budget.tokens, "inputs": budget.inputs}}


async def serve(port: int, pace: Pace | None) -> None:
    """Serve until ended."""
    pod = Pod(pace)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(pod), HOST, port)
    await server.serve_forever()


def main() -> None:
    """Read the arguments and serve."""
    port, *pace = sys.argv[1:]
    uvloop.run(serve(int(port), Pace(*map(float, pace)) if pace else None))


if __name__ == "__main__":
    main()
