"""One connection to a pod: one request at a time, each with its answer.

    idle ──begin──► asked ──first byte──► answering ──end──► idle, or closed

It knows at any moment whether something of the answer has arrived: before that, another pod may
be asked instead; from then on, nobody may.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import cast

import httptools

from allot_protocol.headers import PASS_TOKENS_HEADER, TOKENS_HEADER, WAITING_TOKENS_HEADER
from allot_protocol.pods.answers import CutShort, Overdue, RawAnswer, Unanswered

# A rerank of 10,000 documents, or a thousand vectors of 4,096 dimensions, in JSON.
MOST_BODY_BYTES = 128 * 2**20
MOST_HEAD_BYTES = 64 * 2**10
# Up to here it is cheaper to copy a body behind its head than to write two parts.
JOINED_BYTES = 2**16
# A connection that was used this moment is not one that the pod closes for being idle.
STALE_AFTER_SECONDS = 1.0
# That long after a request was sent its connection may turn out to have been closed before.
STALE_WITHIN_SECONDS = 0.1
_MOST_DIGITS = 12


def _count(value: bytes) -> int | None:
    return int(value) if value.isdigit() and len(value) <= _MOST_DIGITS else None


def _read_text(value: bytes) -> str:
    return value.decode("latin-1")


# What a router reads of an answer's head: the header, the answer's field, and how it is read.
_KEPT: Mapping[bytes, tuple[str, Callable[[bytes], object]]] = {
    b"content-type": ("content_type", _read_text),
    b"retry-after": ("retry_after", _read_text),
    TOKENS_HEADER.lower().encode(): ("tokens", _count),
    WAITING_TOKENS_HEADER.lower().encode(): ("tokens_waiting", _count),
    PASS_TOKENS_HEADER.lower().encode(): ("tokens_per_pass", _count),
}


class PodConnection(asyncio.Protocol):
    """A connection, as its transport and httptools' parser tell of it."""

    __slots__ = (
        "_answer",
        "_arrived",
        "_head_bytes",
        "_is_cut",
        "_loop",
        "_most_body_bytes",
        "_parser",
        "_parts",
        "_sent_at",
        "_size",
        "_transport",
        "_waiter",
        "_was_idle",
        "idle_since",
        "is_open",
    )

    def __init__(
        self, loop: asyncio.AbstractEventLoop, most_body_bytes: int = MOST_BODY_BYTES
    ) -> None:
        self._loop = loop
        self._most_body_bytes = most_body_bytes
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._waiter: asyncio.Future[RawAnswer] | None = None
        self._answer = RawAnswer()
        self._parts: list[bytes] = []
        self._size = self._head_bytes = 0
        self._arrived = False
        self._is_cut = False
        self._sent_at = self._was_idle = 0.0
        self.idle_since = loop.time()
        self.is_open = True

    # What a pool does with it.

    @property
    def is_idle(self) -> bool:
        """Whether another request may be sent."""
        return self.is_open and self._waiter is None

    async def exchange(self, head: bytes, body: bytes, due: float) -> RawAnswer:
        """Send a request and return its answer; `due` is a time of the loop's clock.

        Raises Unanswered, CutShort or Overdue, and is closed then; so it is when the caller is
        cancelled: the pod sees its client leave, and stops computing.
        """
        assert self._transport is not None
        assert self._waiter is None
        loop = self._loop
        self._answer, self._parts, self._size = RawAnswer(), [], 0
        self._head_bytes, self._arrived = 0, False
        self._sent_at = now = loop.time()
        self._was_idle = now - self.idle_since
        waiter: asyncio.Future[RawAnswer] = loop.create_future()
        self._waiter = waiter
        timer = loop.call_at(due, self._expire)
        if len(body) <= JOINED_BYTES:
            self._transport.write(head + body)
        else:
            self._transport.writelines((head, body))
        try:
            return await waiter
        finally:
            timer.cancel()
            self._waiter = None
            self.idle_since = loop.time()
            if not waiter.done() or waiter.cancelled() or self._is_cut:
                self.close()

    def close(self) -> None:
        """End it at once."""
        self.is_open = False
        if self._transport is not None:
            self._transport.abort()

    # What the transport tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        # uvloop's transports are of no class of asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Read on in the answer; what nobody asked for ends the connection."""
        if self._waiter is None or self._waiter.done():
            self.close()
            return
        self._arrived = True
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            # What a callback refused stands behind the parser's own word for it.
            refused = error.__context__
            if not isinstance(refused, CutShort):
                refused = CutShort(f"the pod's answer is not HTTP: {error}")
            self._fail(refused)

    def eof_received(self) -> None:
        """Take the end of what comes for the end of it all."""
        self._lose("the pod closed the connection")

    def connection_lost(self, error: Exception | None) -> None:
        """Tell who waits."""
        self._lose(str(error) if error else "the connection was closed")

    # What the parser tells.

    def on_message_begin(self) -> None:
        """Refuse a second answer to one request."""
        if self._waiter is None or self._waiter.done():
            raise CutShort("the pod answered what it was not asked")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep what a router reads."""
        self._head_bytes += len(name) + len(value)
        if self._head_bytes > MOST_HEAD_BYTES:
            raise CutShort("the head of the pod's answer is too large")
        kept = _KEPT.get(name.lower())
        if kept is not None:
            word, read = kept
            setattr(self._answer, word, read(value))

    def on_body(self, part: bytes) -> None:
        """Keep a part of the body."""
        self._size += len(part)
        if self._size > self._most_body_bytes:
            raise CutShort("the body of the pod's answer is too large")
        self._parts.append(part)

    def on_message_complete(self) -> None:
        """Hand over the answer."""
        parser, answer = self._parser, self._answer
        answer.status = parser.get_status_code()
        parts = self._parts
        answer.body = parts[0] if len(parts) == 1 else b"".join(parts)
        self._is_cut = not parser.should_keep_alive()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(answer)

    def _expire(self) -> None:
        self._fail(Overdue("no answer in time"))

    def _lose(self, why: str) -> None:
        self.is_open = False
        if self._waiter is None:
            return
        if self._arrived:
            self._fail(CutShort(f"{why} within its answer"))
            return
        is_young = self._loop.time() - self._sent_at < STALE_WITHIN_SECONDS
        was_stale = is_young and self._was_idle > STALE_AFTER_SECONDS
        self._fail(Unanswered(why, was_sent=True, was_stale=was_stale))

    def _fail(self, error: Exception) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error)
        self.close()
