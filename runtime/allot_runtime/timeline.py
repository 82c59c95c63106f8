"""When each part of a request began and ended: what histograms and traces are made of.

Times are seconds of the monotonic clock. A part is None until it was reached.
"""

from __future__ import annotations

from dataclasses import dataclass

from allot_api.terms import TaskType


@dataclass(frozen=True, slots=True)
class Interval:
    """From one moment to a later one."""

    began: float
    ended: float

    @property
    def seconds(self) -> float:
        """Return its length."""
        return self.ended - self.began

    def join(self, later: Interval) -> Interval:
        """Return the interval from this one's beginning to a later one's end."""
        return Interval(self.began, later.ended)


@dataclass(slots=True)
class Timeline:
    """One request's way; filled in as it goes."""

    began: float
    task: TaskType | None = None
    inputs: int = 0
    tokens: int = 0
    tokenizing: Interval | None = None
    computing: Interval | None = None
    queued_at: float | None = None

    @property
    def waiting(self) -> Interval | None:
        """Return the wait for the first pass with one of its inputs."""
        if self.queued_at is None or self.computing is None:
            return None
        return Interval(self.queued_at, self.computing.began)

    def add_pass(self, took: Interval) -> None:
        """Note a forward pass that some of the request's inputs were in."""
        self.computing = self.computing.join(took) if self.computing else took
