"""Bounds on what a connection may cost before a request is there: uvicorn has none of them.

uvicorn's parser takes headers of any size, and its only timer runs between two requests: whoever
opens a connection and sends a byte a minute keeps it for ever. So each connection has a timer until
its headers are there, and one until its body is, and the bytes of headers are counted.

    connected ──► headers (header_seconds, header_bytes) ──► body (body_seconds) ──► answer ──┐
        ▲                                                                                     │
        └────────────────────────── uvicorn's timeout_keep_alive ◄────────────────────────────┘

An answer that its client does not read ends the connection after write_seconds.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import Enum, auto
from http import HTTPStatus
from typing import Any

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from allot_protocol.errors import ErrorType
from allot_protocol.responses import PRODUCT, describe_error

HEADER_SECONDS = 10.0
# Longer than `allot_protocol.reading` waits for a body, whose refusal is in Elasticsearch's words.
BODY_SECONDS = 75.0
# For a client to read what its socket and ours do not hold.
WRITE_SECONDS = 60.0
LINGER_SECONDS = 1.0
HEADER_BYTES = 64 * 1024
CONNECTIONS = 4096


@dataclass(frozen=True, slots=True)
class ConnectionBounds:
    """How long headers and body of a request may take, how large headers are, how many connect."""

    header_seconds: float = HEADER_SECONDS
    body_seconds: float = BODY_SECONDS
    write_seconds: float = WRITE_SECONDS
    header_bytes: int = HEADER_BYTES
    connections: int = CONNECTIONS


def build_protocol(bounds: ConnectionBounds) -> type[HttpToolsProtocol]:
    """Return the class to give to uvicorn as `http`."""
    return type("BoundedProtocol", (_BoundedProtocol,), {"bounds": bounds})


class _Phase(Enum):
    HEADERS = auto()
    BODY = auto()
    WHOLE = auto()


class _BoundedProtocol(HttpToolsProtocol):
    """A timer runs only where a phase outlasts the data that began it: most requests set none."""

    bounds = ConnectionBounds()

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None
        self._header_bytes = 0
        self._phase = _Phase.HEADERS
        self._refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for headers; one connection too many is told so, and closed."""
        super().connection_made(transport)
        if len(self.connections) > self.bounds.connections:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "the gateway has too many connections")
        else:
            self._timer = self.loop.call_later(self.bounds.header_seconds, self._time_out)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timers."""
        self._stop_timer()
        self._stop_write_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Have the data read; then bound the phase in which it leaves the request."""
        if self._is_over:
            return
        super().data_received(data)
        if self._is_over:
            return
        if self._phase is _Phase.HEADERS:
            self._header_bytes += len(data)
            if self._header_bytes > self.bounds.header_bytes:
                self._refuse_headers()
            elif self._timer is None:
                self._timer = self.loop.call_later(self.bounds.header_seconds, self._time_out)
        elif self._phase is _Phase.BODY and self._timer is None:
            self._timer = self.loop.call_later(self.bounds.body_seconds, self._time_out)

    def on_message_begin(self) -> None:
        """Begin with the headers of a request, the first or a later one."""
        super().on_message_begin()
        self._enter(_Phase.HEADERS)
        self._header_bytes = 0

    def on_headers_complete(self) -> None:
        """Refuse headers that came at once and are too large; else go on to the body."""
        if self._is_over:
            return
        self._enter(_Phase.BODY)
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > self.bounds.header_bytes:
            self._refuse_headers()
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Pass on a part of the body of a request that was let in."""
        if not self._is_over:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Stop waiting: the whole request is there."""
        self._enter(_Phase.WHOLE)
        if not self._is_over:
            super().on_message_complete()

    def pause_writing(self) -> None:
        """Begin to wait for a client that does not read its answer."""
        super().pause_writing()
        self._stop_write_timer()
        self._write_timer = self.loop.call_later(self.bounds.write_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Stop waiting: the client reads."""
        self._stop_write_timer()
        super().resume_writing()

    @property
    def _is_over(self) -> bool:
        return self._refused or self.transport.is_closing()

    def _enter(self, phase: _Phase) -> None:
        if not self._refused:
            self._phase = phase
            self._stop_timer()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _stop_write_timer(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def _time_out(self) -> None:
        """End a connection that took too long; who is being answered gets no second answer."""
        self._timer = None
        if self._phase is _Phase.HEADERS and (self.cycle is None or self.cycle.response_complete):
            seconds = self.bounds.header_seconds
            self._refuse(
                HTTPStatus.REQUEST_TIMEOUT, f"timeout [{seconds:g}s] waiting for the headers"
            )
        else:
            self.transport.close()

    def _refuse_headers(self) -> None:
        self._refuse(
            HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
            f"the headers are larger than max_header_bytes [{self.bounds.header_bytes}]",
        )

    def _refuse(self, status: HTTPStatus, reason: str) -> None:
        """Answer without the application, in Elasticsearch's words, and end the connection.

        It is read on for a moment, to no purpose: were it closed with bytes unread, the client's
        side would be reset, and the answer lost.
        """
        self._refused = True
        self._stop_timer()
        self.transport.write(build_refusal(status, reason))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._timer = self.loop.call_later(LINGER_SECONDS, self.transport.close)


def build_refusal(status: HTTPStatus, reason: str) -> bytes:
    """Return a whole answer, after which the connection ends. Pure."""
    body = orjson.dumps(describe_error(status, ErrorType.WRONG_TASK, reason))
    product = "".join(f"{name}: {value}\r\n" for name, value in PRODUCT.items())
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n"
        f"{product}"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode("ascii") + body
