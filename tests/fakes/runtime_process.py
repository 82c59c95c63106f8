"""The runtime as a real process on loopback, ended with the test whatever happens."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

READY_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class RuntimeProcess:
    """A started runtime; `log` is what it wrote."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path
    termination_log: Path

    def get(self, path: str) -> httpx.Response:
        """Ask for a path."""
        return httpx.get(f"{self.url}{path}", trust_env=False, timeout=30)

    def post(self, path: str, body: Any, **options: Any) -> httpx.Response:
        """Post JSON to a path."""
        given = {"json": body, "trust_env": False, "timeout": 60, **options}
        return httpx.post(f"{self.url}{path}", **given)

    def model(self) -> dict[str, Any]:
        """Return `model` of its /stats."""
        document: dict[str, Any] = self.get("/stats").json()["model"]
        return document

    def wait_for_http(self) -> RuntimeProcess:
        """Wait until it answers at all."""
        self._wait_until(lambda: self.get("/livez").status_code == httpx.codes.OK)
        return self

    def wait_until_ready(self) -> RuntimeProcess:
        """Wait for the first forward pass."""
        self._wait_until(lambda: self.get("/readyz").status_code == httpx.codes.OK)
        return self

    def wait_for_fetched(self) -> dict[str, Any]:
        """Wait until the model's files are here and checked, and return what is said of it."""

        def is_there() -> bool:
            model = self.model()
            assert model["state"] != "failed", model["message"]
            return model["digest"] is not None

        self._wait_until(is_there)
        return self.model()

    def wait_for_state(self, state: str, reason: str | None = None) -> dict[str, Any]:
        """Wait until the model is in a state, and return what is said of it."""

        def is_there() -> bool:
            model = self.model()
            return model["state"] == state and reason in (None, model["reason"])

        self._wait_until(is_there)
        return self.model()

    def _wait_until(self, is_done: Any) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()
            try:
                if is_done():
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"not there after {READY_SECONDS:.0f} s:\n{self.log.read_text()}")


@contextmanager
def running_runtime(
    folder: Path, model: dict[str, Any], **environment: str
) -> Iterator[RuntimeProcess]:
    """Start a runtime for a TrainedModel's spec; `environment` adds to its own."""
    folder.mkdir(parents=True, exist_ok=True)
    log, last_words = folder / "log", folder / "termination-log"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {
        "ALLOT_MODEL": json.dumps(model),
        "ALLOT_PORT": str(port),
        "ALLOT_CACHE_DIR": str(folder / "cache"),
        "ALLOT_TERMINATION_LOG": str(last_words),
        "ALLOT_DRAIN_SECONDS": "0.5",
    }
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "allot_runtime"],
            env=os.environ | given | environment,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        yield RuntimeProcess(f"http://127.0.0.1:{port}", process, log, last_words)
    finally:
        process.kill()
        process.wait()
