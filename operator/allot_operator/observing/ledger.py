"""What was last heard of every deployment's pods, and what scaling remembers of it.

All of it may be lost at any time: a pass that finds nothing here asks the pods itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from allot_api.terms import ModelState
from allot_operator.facts.reports import Reading, Report
from allot_operator.observing.showing import Shown, choose_shown
from allot_operator.observing.sightings import Place, Sighting, tell_work
from allot_operator.scaling.decision import Decision, Memory, decide
from allot_operator.scaling.observation import Held, Observation
from allot_operator.scaling.policy import Policy
from allot_operator.work.keys import Key


@dataclass(frozen=True, slots=True)
class Entry:
    """One deployment: what is to be seen of its pods, its policy and target, and the memory.

    `decision` is the last one under this policy, `decided_on` the target that it was about.
    """

    sighting: Sighting
    policy: Policy
    target: int
    memory: Memory = field(default_factory=Memory)
    decision: Decision | None = None
    decided_on: int | None = None


@dataclass(slots=True)
class Ledger:
    """The entries of all deployments that are looked after, and the pods' last answers."""

    _entries: dict[Key, Entry] = field(default_factory=dict)
    _readings: dict[str, Shown] = field(default_factory=dict)

    def note(self, key: Key, sighting: Sighting, policy: Policy, target: int) -> None:
        """Record what a pass found; answers of pods that are gone are dropped."""
        self._drop_others(key, sighting.places)
        before = self._entries.get(key)
        if before is None:
            self._entries[key] = Entry(sighting, policy, target)
            return
        decision = before.decision if before.policy == policy else None
        is_followed = decision is not None and decision.target == target
        self._entries[key] = replace(
            before,
            sighting=sighting,
            policy=policy,
            target=target,
            decision=decision,
            decided_on=target if is_followed else before.decided_on,
        )

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
            uid: (key, place.ip)
            for key, entry in self._entries.items()
            for uid, place in entry.sighting.places.items()
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

    def decide_again(self, key: Key, now: datetime, held: Held | None = None) -> Decision | None:
        """Decide on a deployment by what was heard, and remember; None if it is gone.

        `held` is what gateways hold for it.

        To be called once for each round of questions: the decision compares it with the last.
        """
        entry = self._entries.get(key)
        if entry is None:
            return None
        observation = self._observe(entry, held or Held())
        decision = decide(entry.policy, entry.memory, observation, now)
        self._entries[key] = replace(
            entry, memory=decision.memory, decision=decision, decided_on=entry.target
        )
        return decision

    def decision_of(self, key: Key, policy: Policy, live: int | None) -> Decision | None:
        """Return the last decision, if it was made under this policy and for this live target.

        One that was followed is about its own target from then on. A target that somebody else
        moved since, such as a gateway from 0 to 1, it does not know of.
        """
        entry = self._entries.get(key)
        if entry is None or entry.policy != policy or entry.decided_on != live:
            return None
        return entry.decision

    def last_decision_of(self, key: Key) -> Decision | None:
        """Return the decision of the last round."""
        entry = self._entries.get(key)
        return entry.decision if entry else None

    def target_of(self, key: Key) -> int | None:
        """Return the target that the last pass found in force."""
        entry = self._entries.get(key)
        return entry.target if entry else None

    def deployments(self) -> tuple[Key, ...]:
        """Return all deployments."""
        return tuple(self._entries)

    def _observe(self, entry: Entry, held: Held) -> Observation:
        sighting = entry.sighting
        pods = tuple(
            tell_work(uid, self.reading_of(uid), is_serving=place.is_serving)
            for uid, place in sighting.places.items()
        )
        return Observation(entry.target, pods, sighting.starting, sighting.stuck, held)

    def _drop_others(self, key: Key, kept: Mapping[str, Place]) -> None:
        entry = self._entries.get(key)
        for uid in entry.sighting.places if entry else ():
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
