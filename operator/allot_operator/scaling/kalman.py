"""Elasticsearch's estimator of one number that drifts, with its sudden changes.

A Kalman filter of one dimension. Its drift is small, unless a measurement shows, or the caller
knows, that things have changed: then this measurement and the next one are believed at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

SMOOTHING = 100.0
# Squared: ten standard deviations off is a change.
DETECTED_RATIO = 100.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value, its variance, and whether the last measurement was a change."""

    value: float
    variance: float
    has_changed: bool = True

    @property
    def lower(self) -> float:
        """Return the value less one standard deviation."""
        return self.value - math.sqrt(self.variance)

    @property
    def upper(self) -> float:
        """Return the value and one standard deviation."""
        return self.value + math.sqrt(self.variance)


def update_estimate(
    before: Estimate | None, measured: float, variance: float, *, detects: bool, is_told: bool
) -> Estimate:
    """Return the estimate after a measurement of that variance.

    With `detects` it finds changes itself; `is_told` says that there was one.
    """
    if before is None:
        return Estimate(measured, variance)
    squared = (measured - before.value) ** 2
    has_changed = is_told or (detects and squared > DETECTED_RATIO * (before.variance + variance))
    drift = measured**2 if has_changed or before.has_changed else variance / SMOOTHING
    predicted = before.variance + drift
    if predicted + variance <= 0.0:
        return Estimate(before.value, 0.0, has_changed)
    gain = predicted / (predicted + variance)
    value = before.value + gain * (measured - before.value)
    return Estimate(value, (1.0 - gain) * predicted, has_changed)
