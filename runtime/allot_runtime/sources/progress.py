"""How many bytes of a model are here, read while the bytes arrive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """Bytes of a fetch; the total is None until it is known, or where it never is."""

    bytes_done: int = 0
    bytes_total: int | None = None


Measure = Callable[[], Progress]
"""Asks a fetch how far it is; cheap, and safe from another thread."""


def nothing_yet() -> Progress:
    """Measure a fetch that has not begun."""
    return Progress()
