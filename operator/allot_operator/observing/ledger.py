"""What was last heard of every deployment's pods, and what scaling remembers of it.

All of it may be lost at any time: a pass that finds nothing here asks the pods itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from allot_api.terms import ModelState
from allot_operator.facts.pods import Pod
from allot_operator.facts.reports import NotKnown, Reading, Report
from allot_operator.observing.showing import Shown, choose_shown
from allot_operator.scaling.decision import Decision, Memory, decide
from allot_operator.scaling.observation import Observation
from allot_operator.scaling.policy import Policy
from allot_operator.work.keys import Key

NEVER_ASKED = NotKnown("the pod was not asked yet")


@dataclass(frozen=True, slots=True)
class Entry:
    """One deployment: its pods' addresses by uid, its bounds and target, and the memory."""

    addresses: Mapping[str, str]
    policy: Policy
    target: int
    memory: Memory = field(default_factory=Memory)


@dataclass(slots=True)
class Ledger:
    """The entries of all deployments that are looked after, and the pods' last answers."""

    _entries: dict[Key, Entry] = field(default_factory=dict)
    _readings: dict[str, Shown] = field(default_factory=dict)

    def note(self, key: Key, pods: Iterable[Pod], policy: Policy, target: int) -> None:
        """Record what a pass found; answers of pods that are gone are dropped."""
        addresses = {pod.uid: pod.ip for pod in pods if pod.ip and pod.is_running}
        self._drop_others(key, addresses)
        self._entries[key] = Entry(addresses, policy, target, self.memory_of(key))

    def forget(self, key: Key) -> None:
        """Drop a deployment that is gone."""
        self._drop_others(key, {})
        self._entries.pop(key, None)

    def clear(self) -> None:
        """Drop everything, such as when another replica takes over."""
        self._entries.clear()
        self._readings.clear()

    def addresses(self) -> dict[str, tuple[Key, str]]:
        """Return whose each pod is and where it is, by uid."""
        return {
            uid: (key, ip)
            for key, entry in self._entries.items()
            for uid, ip in entry.addresses.items()
        }

    def reading_of(self, uid: str) -> Reading | None:
        """Return what a pod last said, None if it was never asked.

        The bytes of its download may be those of a few seconds ago, as status shows them.
        """
        shown = self._readings.get(uid)
        return shown.reading if shown else None

    def hear(self, uid: str, reading: Reading, now: datetime) -> bool:
        """Record an answer; return whether a status may have to change for it."""
        before = self._readings.get(uid)
        shown = choose_shown(before, reading, now)
        self._readings[uid] = shown
        return tell_of(before.reading if before else None) != tell_of(shown.reading)

    def memory_of(self, key: Key) -> Memory:
        """Return what scaling remembers of a deployment."""
        entry = self._entries.get(key)
        return entry.memory if entry else Memory()

    def decide_again(self, key: Key, now: datetime) -> Decision | None:
        """Decide on a deployment by what was heard, and remember; None if it is gone."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        readings = tuple(self.reading_of(uid) or NEVER_ASKED for uid in entry.addresses)
        decision = decide(entry.policy, entry.memory, Observation(entry.target, readings), now)
        self._entries[key] = replace(entry, memory=decision.memory)
        return decision

    def target_of(self, key: Key) -> int | None:
        """Return the target that the last pass found in force."""
        entry = self._entries.get(key)
        return entry.target if entry else None

    def deployments(self) -> tuple[Key, ...]:
        """Return all deployments."""
        return tuple(self._entries)

    def _drop_others(self, key: Key, kept: Mapping[str, str]) -> None:
        entry = self._entries.get(key)
        for uid in entry.addresses if entry else ():
            if uid not in kept:
                self._readings.pop(uid, None)


def tell_of(reading: Reading | None) -> object:
    """Return the part of an answer that status shows; equal parts need no new pass."""
    if not isinstance(reading, Report):
        return None
    is_fetching = reading.state is ModelState.FETCHING
    return (
        reading.state,
        reading.reason,
        reading.message,
        (reading.bytes_done, reading.seconds_left) if is_fetching else None,
        reading.bytes_total,
        reading.digest,
        reading.size_bytes,
        reading.dimensions,
        reading.quota,
    )
