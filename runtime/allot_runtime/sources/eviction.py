"""Which models a full cache gives up: what no process uses, the longest unused first. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kept:
    """A model in the cache; `last_used` only orders them."""

    key: str
    size: int
    last_used: float
    is_used: bool


@dataclass(frozen=True, slots=True)
class Room:
    """The bytes of a volume that are free, and how many the cache may take; None for all."""

    free: int
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class NoRoom:
    """What stands against a download: what the model needs, and what it can have at most."""

    needed: int
    available: int
    is_limit: bool


def choose_victims(needed: int, room: Room, kept: Sequence[Kept]) -> tuple[str, ...] | NoRoom:
    """Return the keys to remove so that `needed` more bytes fit; NoRoom if they never will.

    `kept` does not count the model that is to come.
    """
    held = sum(one.size for one in kept)
    victims: list[str] = []
    candidates = sorted((one for one in kept if not one.is_used), key=lambda one: one.last_used)
    missing = _missing(needed, room, held)
    for one in candidates:
        if missing <= 0:
            break
        victims.append(one.key)
        missing -= one.size
    if missing > 0:
        is_limit = room.limit is not None and room.limit - held < room.free
        return NoRoom(needed, max(0, needed - missing), is_limit)
    return tuple(victims)


def _missing(needed: int, room: Room, held: int) -> int:
    """Return by how many bytes the model is too large as things are."""
    allowed = room.free if room.limit is None else min(room.free, room.limit - held)
    return needed - allowed
