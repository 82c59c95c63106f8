"""When each key is due. Pure: the time, monotonic and in seconds, is an argument.

A key is there once, however often it was added. One that is being worked on is not handed out
again; what was added meanwhile counts from when the work ends.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from allot_operator.work.keys import Key

FIRST_BACKOFF_SECONDS = 0.25
LONGEST_BACKOFF_SECONDS = 60.0
MAX_DOUBLINGS = 16
# A key that changes all the time, such as by a fight over a field, gets a pass this often.
SHORTEST_INTERVAL_SECONDS = 0.1


@dataclass(slots=True)
class Schedule:
    """The keys that wait, with the time at which each is due."""

    _due: dict[Key, float] = field(default_factory=dict)
    _busy: set[Key] = field(default_factory=set)
    _failures: dict[Key, int] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return how many keys wait."""
        return len(self._due)

    def add(self, key: Key, due: float) -> None:
        """Have the key looked at when it is due; the earlier of two times counts."""
        self._due[key] = min(due, self._due.get(key, due))

    def take(self, now: float) -> Key | None:
        """Return the key that has been due for longest, and mark it as being worked on."""
        ready = [(due, index, key) for index, (key, due) in enumerate(self._free()) if due <= now]
        if not ready:
            return None
        key = min(ready, key=lambda entry: entry[:2])[2]
        del self._due[key]
        self._busy.add(key)
        return key

    def succeed(self, key: Key, now: float) -> None:
        """Note that the work on a key ended well."""
        self._busy.discard(key)
        self._failures.pop(key, None)
        if key in self._due:
            self._due[key] = max(self._due[key], now + SHORTEST_INTERVAL_SECONDS)

    def fail(self, key: Key, now: float, least: float = 0.0) -> float:
        """Note that the work failed; return in how many seconds it is tried again.

        The wait doubles with each failure in a row, up to a minute. A change of the object
        meanwhile does not shorten it, else a failing key would run without a pause.
        """
        self._busy.discard(key)
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        wait = FIRST_BACKOFF_SECONDS * 2.0 ** min(failures, MAX_DOUBLINGS)
        wait = max(least, min(LONGEST_BACKOFF_SECONDS, wait))
        self._due[key] = now + wait
        return wait

    def failures(self, key: Key) -> int:
        """Return how many times in a row the work on a key failed."""
        return self._failures.get(key, 0)

    def next_due(self) -> float | None:
        """Return when the next key is due, or None if none waits."""
        return min((due for _, due in self._free()), default=None)

    def oldest_wait(self, now: float) -> float:
        """Return for how many seconds the most neglected key has been due; 0 if none is."""
        return max((now - due for _, due in self._free() if due <= now), default=0.0)

    def _free(self) -> list[tuple[Key, float]]:
        return [(key, due) for key, due in self._due.items() if key not in self._busy]
