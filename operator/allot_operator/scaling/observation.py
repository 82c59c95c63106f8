"""What is known of a deployment when its target is decided."""

from __future__ import annotations

from dataclasses import dataclass

from allot_operator.facts.reports import NotKnown, Reading, Report


@dataclass(frozen=True, slots=True)
class Observation:
    """The live target, None before there is one, and what each pod said of itself."""

    live_target: int | None
    readings: tuple[Reading, ...] = ()

    @property
    def reports(self) -> tuple[Report, ...]:
        """Return what was said by the pods that answered."""
        return tuple(one for one in self.readings if isinstance(one, Report))

    @property
    def is_complete(self) -> bool:
        """Whether every pod answered."""
        return not any(isinstance(one, NotKnown) for one in self.readings)
