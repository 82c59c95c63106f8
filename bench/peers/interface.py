"""What a measurement asks of an engine behind a server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

# How near an engine's vectors must be to transformers': the smallest cosine of all texts.
EXACT, ROUNDED = 0.9999, 0.999


@dataclass(frozen=True, slots=True)
class Setup:
    """What every engine of a run is given alike."""

    model: Path
    threads: int


@dataclass(frozen=True, slots=True)
class Command:
    """How to start a server."""

    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


class Peer(Protocol):
    """An inference server that can be started, asked and measured."""

    @property
    def name(self) -> str:
        """The name that --against takes."""
        ...

    @property
    def cosine(self) -> float:
        """How near its vectors must be to transformers' for it to be timed."""
        ...

    @property
    def path(self) -> str:
        """The path that texts are posted to."""
        ...

    def prepare(self, setup: Setup) -> None:
        """Make what it needs, slowly the first time; raises NotMeasured."""
        ...

    def command(self, setup: Setup, port: int) -> Command:
        """Return how to start it on a port of loopback."""
        ...

    def write_body(self, text: str) -> bytes:
        """Return the request for one text."""
        ...

    def read_vector(self, answer: bytes) -> list[float]:
        """Return the vector in an answer."""
        ...
