"""A model hub on loopback: the few paths of its HTTP API that a download uses."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

REVISION = "0123456789abcdef0123456789abcdef01234567"
MOVED_ON = "fedcba9876543210fedcba9876543210fedcba98"


@dataclass(slots=True)
class ModelHub:
    """Serves folders as repositories at REVISION; `failures` requests answer 503 first."""

    repositories: dict[str, Path]
    gated: frozenset[str] = frozenset()
    failures: int = 0
    served: list[str] = field(default_factory=list)
    url: str = ""

    @contextmanager
    def running(self) -> Iterator[ModelHub]:
        """Serve until the end of the block."""
        hub = self

        class Handler(_Handler):
            pass

        Handler.hub = hub
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


class _Handler(BaseHTTPRequestHandler):
    hub: ModelHub
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own name
        pass

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, *, with_body: bool) -> None:
        path = unquote(urlsplit(self.path).path)
        self.hub.served.append(f"{self.command} {path}")
        if self.hub.failures > 0:
            self.hub.failures -= 1
            self._send(503, b"", {}, with_body)
            return
        if path.startswith("/api/models/"):
            self._send_info(path.removeprefix("/api/models/"), with_body)
            return
        repository, _, rest = path.lstrip("/").partition("/resolve/")
        revision, _, name = rest.partition("/")
        if self._refuses(repository, revision, with_body):
            return
        file = self.hub.repositories[repository] / name
        if not file.is_file():
            self._send(404, b"", {"X-Error-Code": "EntryNotFound"}, with_body)
            return
        self._send_file(file.read_bytes(), with_body)

    def _send_file(self, content: bytes, with_body: bool) -> None:
        tag = hashlib.sha256(content).hexdigest()
        headers = {"ETag": f'"{tag}"', "X-Repo-Commit": REVISION, "Accept-Ranges": "bytes"}
        asked = self.headers.get("Range", "")
        if asked.startswith("bytes=") and with_body:
            start = int(asked.removeprefix("bytes=").partition("-")[0])
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
            self._send(206, content[start:], headers, with_body)
            return
        self._send(200, content, headers, with_body)

    def _send_info(self, path: str, with_body: bool) -> None:
        repository, _, revision = path.partition("/revision/")
        if self._refuses(repository, revision, with_body):
            return
        files = [
            {"rfilename": str(file.relative_to(self.hub.repositories[repository])),
             "size": file.stat().st_size}
            for file in sorted(self.hub.repositories[repository].rglob("*"))
            if file.is_file()
        ]  # fmt: skip
        document = {"id": repository, "modelId": repository, "sha": REVISION, "siblings": files}
        body = json.dumps(document).encode()
        self._send(200, body, {"Content-Type": "application/json"}, with_body)

    def _refuses(self, repository: str, revision: str, with_body: bool) -> bool:
        code = ""
        if repository in self.hub.gated:
            code = "GatedRepo"
        elif repository not in self.hub.repositories:
            code = "RepoNotFound"
        elif revision != REVISION:
            code = "RevisionNotFound"
        if code:
            status = 403 if code == "GatedRepo" else 404
            self._send(status, b"", {"X-Error-Code": code}, with_body)
        return bool(code)

    def _send(self, status: int, body: bytes, headers: dict[str, str], with_body: bool) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_body:
            self.wfile.write(body)
