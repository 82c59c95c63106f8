"""Whether the maximum holds the target back; it does not come and go with every reading."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pressure:
    """Whether more than the maximum was needed, and for how long since it was not."""

    is_high: bool = False
    relieved_seconds: float = 0.0


def follow_pressure(before: Pressure, *, is_over: bool, step: float, patience: float) -> Pressure:
    """Return the pressure after a decision; it is gone once `patience` seconds went without."""
    if is_over:
        return Pressure(is_high=True)
    relieved = before.relieved_seconds + step
    if not before.is_high or relieved >= patience:
        return Pressure()
    return Pressure(is_high=True, relieved_seconds=relieved)
