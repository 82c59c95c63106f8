"""What a watch does next, and what a new list means for those who saw the old one. Pure.

┌────────► list ───► SYNCED ───► watch ──┐
│ Expired                ▲   cut, ended, │ away
└────────────────────────┼───────────────┤
                         └── back-off ◄──┘  from the version last seen
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from allot_cluster.answers import error_from_status
from allot_cluster.backoff import LONGEST_SECONDS, backoff_seconds
from allot_cluster.errors import ClusterError, Expired, Unavailable
from allot_cluster.interface import Change, ChangeType, Manifest


class Next(StrEnum):
    """What follows the end of a watch's connection."""

    RESUME = "resume"
    RELIST = "relist"
    RAISE = "raise"


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next, and after how long."""

    next: Next
    delay_seconds: float = 0.0


def plan_next_step(error: ClusterError | None, *, synced: bool, failures: int, draw: float) -> Step:
    """Decide how to go on after a connection ended, with an error or of itself.

    `failures` counts the connections in a row that brought nothing, this one included.
    """
    delay = backoff_seconds(failures, draw)
    match error:
        case None:
            return Step(Next.RESUME, delay)
        case Expired():
            # The first time at once: a long outage is over, and what was missed is wanted now.
            return Step(Next.RELIST, delay if failures > 1 else 0.0)
        case Unavailable(retry_after=asked):
            asked_seconds = asked.total_seconds() if asked else 0.0
            return Step(Next.RESUME, max(delay, min(asked_seconds, LONGEST_SECONDS)))
        case _ if synced:
            return Step(Next.RELIST, delay)
        case _:
            return Step(Next.RAISE)


@dataclass(frozen=True, slots=True)
class WatchEvent:
    """One line of a watch: the version to go on from, and the change if it is not a bookmark."""

    version: str
    change: Change | None


def parse_event(line: bytes) -> WatchEvent:
    """Return what a line says; raises the error that an ERROR line stands for."""
    try:
        event = json.loads(line)
    except ValueError as error:
        raise Unavailable(f"the watch was cut inside a line of {len(line)} bytes") from error
    kind, item = event["type"], event["object"]
    if kind == "ERROR":
        raise error_from_status(item, {})
    version = item["metadata"]["resourceVersion"]
    return WatchEvent(version, None if kind == "BOOKMARK" else Change(ChangeType(kind), item))


class Known:
    """What a watch has reported and not taken back; of each object little more than its name."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], Manifest] = {}

    def note(self, change: Change) -> None:
        """Remember a change that is reported."""
        key = _key(change.object)
        if change.type is ChangeType.DELETED:
            self._seen.pop(key, None)
        else:
            self._seen[key] = _remembered(change.object)

    def differences(self, items: Iterable[Manifest]) -> Iterator[Change]:
        """Yield what changed between what is known and a new list, and know the list from then on.

        An object of the same name with another uid was deleted and made again: both are said.
        """
        listed = {_key(item): item for item in items}
        for key, old in list(self._seen.items()):
            if key not in listed or _uid(listed[key]) != _uid(old):
                yield self._noted(Change(ChangeType.DELETED, old))
        for key, item in listed.items():
            seen = self._seen.get(key)
            if seen is None:
                yield self._noted(Change(ChangeType.ADDED, item))
            elif _version(seen) != _version(item):
                yield self._noted(Change(ChangeType.MODIFIED, item))

    def _noted(self, change: Change) -> Change:
        self.note(change)
        return change


def _remembered(item: Manifest) -> Manifest:
    metadata = {key: value for key, value in item["metadata"].items() if key != "managedFields"}
    return {"apiVersion": item["apiVersion"], "kind": item["kind"], "metadata": metadata}


def _key(item: Manifest) -> tuple[str, str]:
    return item["metadata"].get("namespace", ""), item["metadata"]["name"]


def _uid(item: Manifest) -> str:
    return str(item["metadata"].get("uid"))


def _version(item: Manifest) -> str:
    return str(item["metadata"].get("resourceVersion"))
