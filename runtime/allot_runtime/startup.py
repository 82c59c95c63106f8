"""Where the time goes from a process' start to its model's first vector. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class StartPhase(StrEnum):
    """What a start is spent on; a phase may come more than once."""

    IMPORT = "import"
    FETCH = "fetch"
    LOAD = "load"
    WARM_UP = "warm_up"


@dataclass(slots=True)
class StartWatch:
    """Seconds by phase; made while the process imports, which it has done for `age_seconds`."""

    made_at: float
    age_seconds: float = 0.0
    _phase: StartPhase | None = StartPhase.IMPORT
    _entered_at: float = field(init=False)
    _seconds: dict[StartPhase, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with the process itself."""
        self._entered_at = self.made_at - self.age_seconds

    def enter(self, phase: StartPhase, now: float) -> None:
        """End the phase that runs, and begin another."""
        self._seconds = self.measure(now)
        self._phase, self._entered_at = phase, now

    def end(self, now: float) -> None:
        """End the last phase."""
        self._seconds = self.measure(now)
        self._phase = None

    def measure(self, now: float) -> dict[StartPhase, float]:
        """Return the seconds of each phase until now, those of the one that runs included."""
        if self._phase is None:
            return dict(self._seconds)
        so_far = self._seconds.get(self._phase, 0.0) + now - self._entered_at
        return self._seconds | {self._phase: so_far}


def describe_phases(seconds: dict[StartPhase, float]) -> str:
    """Put the phases in words, such as "import 1.2 s, fetch 0.1 s"."""
    return ", ".join(f"{phase.replace('_', ' ')} {took:.1f} s" for phase, took in seconds.items())
