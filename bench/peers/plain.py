"""Libraries that have no server of their own, behind a plain one (servers/plain_server.py).

`naive` is what people write first: one request at a time. The others are given what the plain
server can do for them: all requests that wait, up to 32, in one call of the library.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from bench.environments import prepare_environment
from bench.folders import SCRIPTS
from bench.models import prepare_graphs
from bench.peers.interface import EXACT, Command, Setup

BATCH = 32


@dataclass(frozen=True, slots=True)
class PlainServer:
    """A library behind the plain server."""

    name: str
    engine: str
    environment: str
    batch: int = BATCH
    reads_graphs: bool = False
    cosine: float = EXACT
    path: str = "/"

    def prepare(self, setup: Setup) -> None:
        """Make the library's environment and, where it reads them, the ONNX files."""
        prepare_environment(self.environment)
        if self.reads_graphs:
            prepare_graphs(setup.model)

    def command(self, setup: Setup, port: int) -> Command:
        """Return the script's command."""
        options = {
            "--engine": self.engine,
            "--model": str(setup.model),
            "--port": str(port),
            "--threads": str(setup.threads),
            "--batch": str(self.batch),
        }
        flat = [word for option in options.items() for word in option]
        script = str(SCRIPTS / "plain_server.py")
        argv = (str(prepare_environment(self.environment)), script, *flat)
        return Command(argv, {"OMP_NUM_THREADS": str(setup.threads), "HF_HUB_OFFLINE": "1"})

    def write_body(self, text: str) -> bytes:
        """Return the script's request."""
        return json.dumps({"input": text}).encode()

    def read_vector(self, answer: bytes) -> list[float]:
        """Return the embedding."""
        vector: list[float] = json.loads(answer)["embedding"]
        return vector
