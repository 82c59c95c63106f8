"""How many bytes of a model are here, and how long the rest will take, while they arrive."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

# The speed is that of the last seconds: a line that was slow a minute ago need not be now.
WINDOW_SECONDS = 20.0
SAMPLE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Progress:
    """Bytes of a fetch; what is not known is None."""

    bytes_done: int = 0
    bytes_total: int | None = None
    seconds_left: float | None = None


Measure = Callable[[], Progress]
"""Asks a fetch how far it is; cheap, and safe from another thread."""


Announce = Callable[[Measure], None]
"""Is told by what to measure a fetch from now on."""


def nothing_yet() -> Progress:
    """Measure a fetch that has not begun."""
    return Progress()


class Pace:
    """The speed of a download over the last seconds. Pure: the time is passed in."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()

    def observe(self, now: float, done: int) -> None:
        """Note how many bytes are here."""
        if self._samples and now - self._samples[-1][0] < SAMPLE_SECONDS:
            return
        self._samples.append((now, done))
        while now - self._samples[0][0] > WINDOW_SECONDS:
            self._samples.popleft()

    def seconds_left(self, now: float, done: int, total: int) -> float | None:
        """Return how long the rest takes at this speed, None while nothing can be said."""
        if not self._samples:
            return None
        since, before = self._samples[0]
        if now - since < SAMPLE_SECONDS or done <= before:
            return None
        return (total - done) * (now - since) / (done - before)


class Meter:
    """Counts the bytes of one download, from several threads."""

    def __init__(self, done: int, total: int) -> None:
        self._lock = threading.Lock()
        self._pace = Pace()
        self._done = done
        self._total = total
        self._pace.observe(time.monotonic(), done)

    def add(self, count: int) -> None:
        """Count bytes that arrived; a negative count is of bytes that were thrown away."""
        with self._lock:
            self._done += count
            self._pace.observe(time.monotonic(), self._done)

    def measure(self) -> Progress:
        """Return how far the download is."""
        now = time.monotonic()
        with self._lock:
            self._pace.observe(now, self._done)
            left = self._pace.seconds_left(now, self._done, self._total)
            return Progress(self._done, self._total, left)
