"""Whether an Event is posted, counted on the one that is there, or left out. Pure.

A condition that comes and goes, or somebody who fights over a field, would else post an Event each
second. What is said again within some minutes is only counted; the Event that is there gets the
count once these are over. Memory is of this process: after a restart a first repetition is posted
as new, and no more, since Events tell of changes alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from allot_operator.judging.transitions import Notice

# The same words about the same object are written at most this often.
QUIET = timedelta(minutes=5)
# One reason with ever new words, such as a number that changes, counts as the same from here on.
MAX_ALIKE = 10
MEMORY = timedelta(minutes=15)
MAX_REMEMBERED = 10_000


class Posting(StrEnum):
    """What becomes of a notice."""

    NEW = "new"
    COUNTED = "counted"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class Mark:
    """By what a repetition is known: the object, the reason and the words."""

    uid: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Told:
    """How often something was said since `first`, and when it was last written."""

    first: datetime
    written: datetime
    seen: datetime
    count: int = 1


@dataclass(slots=True)
class Recollection:
    """What was said of late, of at most so many marks. The time is an argument."""

    most: int = MAX_REMEMBERED
    _told: dict[Mark, Told] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return how many marks are remembered."""
        return len(self._told)

    def consider(self, uid: str, notice: Notice, now: datetime) -> tuple[Posting, Told]:
        """Return what to do with a notice, and what to write of it; remembers it."""
        self._forget(now)
        mark = Mark(uid, notice.reason, notice.message)
        known = self._told.get(mark)
        if known is None:
            posting = Posting.LEFT_OUT if self._is_crowded(mark, now) else Posting.NEW
            told = Told(now, now, now)
            if posting is Posting.NEW:
                self._told[mark] = told
            return posting, told
        told = replace(known, seen=now, count=known.count + 1)
        is_due = now - known.written >= QUIET
        self._told[mark] = replace(told, written=now) if is_due else told
        return (Posting.COUNTED if is_due else Posting.LEFT_OUT), self._told[mark]

    def _is_crowded(self, mark: Mark, now: datetime) -> bool:
        alike = (
            told
            for other, told in self._told.items()
            if (other.uid, other.reason) == (mark.uid, mark.reason)
        )
        return sum(now - told.first < QUIET for told in alike) >= MAX_ALIKE

    def _forget(self, now: datetime) -> None:
        """Drop what is old; if that leaves no room, what was said first."""
        old = {mark for mark, told in self._told.items() if now - told.seen >= MEMORY}
        kept = [mark for mark in self._told if mark not in old]
        too_many = max(0, len(kept) - self.most + 1)
        for mark in (*old, *kept[:too_many]):
            del self._told[mark]
