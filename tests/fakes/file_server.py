"""A web server on loopback that does to a download what networks and servers do.

It speaks as much of S3's protocol as reading objects needs: GET with ranges, and HEAD.
"""

from __future__ import annotations

import functools
import hashlib
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

CHUNK = 64 * 1024
LAST_MODIFIED = "Wed, 25 Nov 2026 12:00:00 GMT"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is not the file."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class FileServer:
    """Serves `files` by their paths; the rest says how badly.

    `refusals` are given first, one to each request. `cuts` answers end after `cut_after` bytes.
    `bytes_per_second` is of each connection. After a cut `after_cut` takes the place of files.
    `served` lists path and Range of each request, `tokens` what its Authorization said.
    With a `certificate`, a file with its key too, it speaks TLS. It is a proxy to whoever asks.
    """

    files: dict[str, bytes]
    takes_ranges: bool = True
    refusals: list[Refusal] = field(default_factory=list)
    refused_paths: dict[str, Refusal] = field(default_factory=dict)
    token: str | None = None
    cuts: int = 0
    cut_after: int = 0
    bytes_per_second: int = 0
    served: list[tuple[str, str]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    bytes_sent: int = 0
    after_cut: dict[str, bytes] = field(default_factory=dict)
    url: str = ""
    certificate: Path | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def running(self) -> Iterator[FileServer]:
        """Serve until the end of the block."""
        served_by = self

        class Handler(_Handler):
            place = served_by

        server = _Server(("127.0.0.1", 0), Handler)
        if self.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        scheme = "https" if self.certificate else "http"
        self.url = f"{scheme}://127.0.0.1:{server.server_port}"
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def ranges_of(self, path: str) -> list[str]:
        """Return the ranges that were asked of a file, without those that only ask for its size."""
        return [asked for name, asked in self.served if name == path and asked != "bytes=0-0"]

    def takes_a_cut(self) -> bool:
        """Whether this answer is one of those that are cut."""
        with self.lock:
            self.cuts -= 1
            return self.cuts >= 0


@functools.lru_cache
def choose_tag(content: bytes) -> str:
    """Return an entity tag: other bytes have another."""
    return hashlib.sha256(content).hexdigest()[:16]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that leave are what the tests are about."""


class _Handler(BaseHTTPRequestHandler):
    place: FileServer
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own name
        pass

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        place, path = self.place, unquote(urlsplit(self.path).path).lstrip("/")
        asked = self.headers.get("Range", "")
        with place.lock:
            place.served.append((path, asked))
            place.tokens.add(self.headers.get("Authorization", ""))
            refusal = place.refusals.pop(0) if place.refusals else self._refusal(path)
        if refusal:
            self._begin(refusal.status, 0, refusal.headers)
            return
        content = place.files[path]
        headers = {"ETag": f'"{choose_tag(content)}"', "Last-Modified": LAST_MODIFIED}
        if not (asked and place.takes_ranges):
            self._begin(200, len(content), headers)
            self._send(content, is_probe=False)
            return
        first, _, last = asked.removeprefix("bytes=").partition("-")
        start, end = int(first), min(int(last) + 1, len(content))
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(content)}"
        self._begin(206, end - start, headers)
        self._send(content[start:end], is_probe=asked == "bytes=0-0")

    def _refusal(self, path: str) -> Refusal | None:
        place = self.place
        if place.token and self.headers.get("Authorization") != f"Bearer {place.token}":
            return Refusal(401)
        return place.refused_paths.get(path) or (None if path in place.files else Refusal(404))

    def _begin(self, status: int, length: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def _send(self, content: bytes, *, is_probe: bool) -> None:
        place = self.place
        if self.command == "HEAD":
            return
        is_cut = not is_probe and len(content) > place.cut_after > 0 and place.takes_a_cut()
        whole = content[: place.cut_after] if is_cut else content
        for at in range(0, len(whole), CHUNK):
            chunk = whole[at : at + CHUNK]
            self.wfile.write(chunk)
            with place.lock:
                place.bytes_sent += len(chunk)
            if place.bytes_per_second:
                time.sleep(len(chunk) / place.bytes_per_second)
        if is_cut:
            place.files.update(place.after_cut)
            self.close_connection = True
