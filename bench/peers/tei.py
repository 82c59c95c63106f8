"""text-embeddings-inference: a binary that no Python registry has, so its path is given."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.errors import NotMeasured
from bench.peers.interface import EXACT, Command, Setup

VARIABLE = "ALLOT_BENCH_TEI"


@dataclass(frozen=True, slots=True)
class TextEmbeddingsInference:
    """text-embeddings-router, with its own batching."""

    binary: Path | None
    name: str = "tei"
    cosine: float = EXACT
    path: str = "/embed"

    def prepare(self, setup: Setup) -> None:
        """Look whether there is a binary; raises NotMeasured."""
        if self.binary is None:
            raise NotMeasured(f"no binary: give --tei PATH or ${VARIABLE}")
        if not os.access(self.binary, os.X_OK):
            raise NotMeasured(
                f"{self.binary} is no program: give the path of text-embeddings-router"
            )

    def command(self, setup: Setup, port: int) -> Command:
        """Return its documented command."""
        options = {
            "--model-id": str(setup.model),
            "--hostname": "127.0.0.1",
            "--port": str(port),
            "--dtype": "float32",
            "--pooling": "mean",
        }
        flat = [word for option in options.items() for word in option]
        threads = str(setup.threads)
        names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")
        return Command((str(self.binary), *flat), dict.fromkeys(names, threads))

    def write_body(self, text: str) -> bytes:
        """Return its own request; it cuts what is too long."""
        return json.dumps({"inputs": text, "truncate": True}).encode()

    def read_vector(self, answer: bytes) -> list[float]:
        """Return the first embedding."""
        vector: list[float] = json.loads(answer)[0]
        return vector


def find_binary(option: Path | None, environment: Mapping[str, str]) -> Path | None:
    """Return the binary that the option names, else the environment."""
    if option is not None:
        return option
    named = environment.get(VARIABLE)
    return Path(named) if named else None
