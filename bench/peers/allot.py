"""Ours: `python -m allot_runtime`, of the environment that measures."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.folders import cache_folder
from bench.peers.interface import EXACT, ROUNDED, Command, Setup

LONGEST = 256


@dataclass(frozen=True, slots=True)
class Allot:
    """The runtime in one precision; `environment` adds settings to it."""

    name: str = "allot"
    precision: str = "float32"
    environment: Mapping[str, str] = field(default_factory=dict)
    path: str = "/_inference/text_embedding/bench"

    @property
    def cosine(self) -> float:
        """Return what the precision can hold."""
        return EXACT if self.precision == "float32" else ROUNDED

    def prepare(self, setup: Setup) -> None:
        """Nothing: it is installed here."""

    def command(self, setup: Setup, port: int) -> Command:
        """Return the pod's command, with what the operator would tell it."""
        cache = cache_folder("runtime")
        given = {
            "ALLOT_MODEL": json.dumps(self._describe_model(setup)),
            "ALLOT_NUM_THREADS": str(setup.threads),
            "ALLOT_PORT": str(port),
            "ALLOT_CACHE_DIR": str(cache),
            "ALLOT_TERMINATION_LOG": str(cache / "termination-log"),
            "ALLOT_DRAIN_SECONDS": "0",
        }
        return Command((sys.executable, "-m", "allot_runtime"), given | dict(self.environment))

    def write_body(self, text: str) -> bytes:
        """Return Elasticsearch's inference request."""
        return json.dumps({"input": text}).encode()

    def read_vector(self, answer: bytes) -> list[float]:
        """Return the first embedding."""
        vector: list[float] = json.loads(answer)["text_embedding"][0]["embedding"]
        return vector

    def _describe_model(self, setup: Setup) -> dict[str, Any]:
        return {
            "source": {"uri": setup.model.resolve().as_uri()},
            "task_types": ["text_embedding"],
            "precision": self.precision,
            "max_sequence_length": LONGEST,
        }
