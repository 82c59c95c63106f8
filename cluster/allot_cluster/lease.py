"""Who may lead, decided from what was read of a Lease and when. Pure.

Time here is monotonic, in seconds, and each candidate's own. A candidate never compares its clock
with a stamp in the Lease: it counts from the moment at which it saw the Lease change. So clocks
that differ or jump change nothing.

        sent             deadline           free for others
    ─────┼──────────────────┼──────────────────────┼────►
         │ holder may lead  │ holder has stopped   │
         └─ renew_deadline ─┘                      │
         └─ (seen by others at or after `sent`) duration ─┘
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from allot_cluster.interface import Manifest
from allot_cluster.resources import LEASES


@dataclass(frozen=True, slots=True)
class LeaseKey:
    """Where a Lease is."""

    namespace: str
    name: str

    def __str__(self) -> str:
        """Return it as people write it."""
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a Lease counts, how long its holder goes on without renewing, how often it tries.

    All in seconds. Between deadline and duration the former holder's work is being cancelled.
    """

    duration: int = 15
    renew_deadline: float = 10.0
    retry: float = 2.0

    def __post_init__(self) -> None:
        """Refuse times under which two could lead at once."""
        if not 0 < self.retry < self.renew_deadline < self.duration:
            raise ValueError(f"retry < renew_deadline < duration does not hold: {self}")

    @property
    def call(self) -> float:
        """Return how long one call may take: two of them fit below the deadline."""
        return (self.renew_deadline - self.retry) / 2


@dataclass(frozen=True, slots=True)
class Marks:
    """Labels and annotations that the holder puts on a Lease, beside others'."""

    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)


NO_MARKS = Marks()


class Move(StrEnum):
    """What to do about a Lease."""

    CREATE = "create"
    TAKE = "take"
    RENEW = "renew"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Decision:
    """A move; for WAIT, how many seconds until there may be another, if the holder stays silent."""

    move: Move
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Seen:
    """A Lease as it was last read: `since` when this version of it was first seen.

    `present` is False once it is gone, `since` then when that was first seen. Somebody may have
    taken it between the last reading and its end, and may still lead.
    """

    manifest: Manifest | None
    since: float
    present: bool

    @property
    def holder(self) -> str:
        """Return the identity of the holder; empty if it was released or never held."""
        return str(self._spec.get("holderIdentity") or "")

    @property
    def duration(self) -> int | None:
        """Return the seconds that the holder claims, if it does."""
        claimed = self._spec.get("leaseDurationSeconds")
        return int(claimed) if claimed else None

    @property
    def version(self) -> tuple[str, str] | None:
        """Return what changes with every write."""
        if self.manifest is None:
            return None
        metadata = self.manifest["metadata"]
        return metadata["uid"], metadata["resourceVersion"]

    @property
    def _spec(self) -> dict[str, Any]:
        spec: dict[str, Any] = (self.manifest or {}).get("spec") or {}
        return spec


def observe(before: Seen | None, manifest: Manifest | None, now: float) -> Seen:
    """Return what is known after a reading: a version seen before keeps its time."""
    if manifest is None:
        gone = Seen(before.manifest if before else None, now, present=False)
        return before if before and not before.present else gone
    fresh = Seen(manifest, now, present=True)
    return before if before and before.present and before.version == fresh.version else fresh


def decide(
    seen: Seen, identity: str, timing: Timing, now: float, *, leading: bool = False
) -> Decision:
    """Decide what this candidate does about the Lease; `leading` if it may lead at this moment.

    Where there never was a Lease it is made at once. One that was deleted is made again at once by
    who leads, by others when whoever took it unseen must have stopped.
    """
    if seen.present and seen.holder == identity:
        return Decision(Move.RENEW)
    if (leading and seen.holder == identity) or seen.manifest is None:
        return Decision(Move.CREATE)
    claimed = seen.duration or timing.duration
    expires = seen.since + (claimed if seen.present else max(claimed, timing.duration))
    if (seen.holder or not seen.present) and now < expires:
        return Decision(Move.WAIT, expires - now)
    return Decision(Move.TAKE if seen.present else Move.CREATE)


def is_held(seen: Seen, now: float, timing: Timing) -> bool:
    """Say whether somebody holds the Lease, for those who only ask.

    A Lease that was first seen a moment ago counts as held until it has had the time to expire.
    """
    expires = seen.since + (seen.duration or timing.duration)
    return seen.present and bool(seen.holder) and now < expires


def build_held(
    seen: Seen,
    key: LeaseKey,
    identity: str,
    timing: Timing,
    wall: datetime,
    *,
    marks: Marks = NO_MARKS,
) -> Manifest:
    """Return the Lease as this candidate holds it, with the version that it is to replace."""
    manifest = _to_write(seen, key)
    metadata = manifest["metadata"]
    for name, marked in (("labels", marks.labels), ("annotations", marks.annotations)):
        if marked:
            metadata[name] = {**metadata.get(name, {}), **marked}
    spec = manifest["spec"]
    # Always another stamp than before: a write that changed nothing would be no renewal to others.
    stamp = _later(format_micro_time(wall), spec.get("renewTime"))
    if seen.holder != identity:
        spec["acquireTime"] = stamp
        spec["leaseTransitions"] = int(spec.get("leaseTransitions") or 0) + bool(seen.manifest)
    spec |= {
        "holderIdentity": identity,
        "leaseDurationSeconds": timing.duration,
        "renewTime": stamp,
    }
    return manifest


def build_released(seen: Seen, key: LeaseKey, wall: datetime) -> Manifest:
    """Return the Lease as nobody's, free at once."""
    manifest = _to_write(seen, key)
    manifest["spec"] |= {
        "holderIdentity": "",
        "leaseDurationSeconds": 1,
        "renewTime": format_micro_time(wall),
    }
    return manifest


def format_micro_time(time: datetime) -> str:
    """Return a time as Kubernetes' MicroTime, in UTC; a time without a zone is refused."""
    if time.tzinfo is None:
        raise ValueError("a stamp needs a time zone, or local time passes for UTC")
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _later(stamp: str, before: str | None) -> str:
    if stamp != before:
        return stamp
    return format_micro_time(datetime.fromisoformat(stamp) + timedelta(microseconds=1))


def _to_write(seen: Seen, key: LeaseKey) -> Manifest:
    if seen.manifest is None or not seen.present:
        return {
            "apiVersion": LEASES.api_version,
            "kind": LEASES.kind,
            "metadata": {"namespace": key.namespace, "name": key.name},
            "spec": {},
        }
    manifest = copy.deepcopy(seen.manifest)
    manifest["spec"] = dict(manifest.get("spec") or {})
    return manifest
