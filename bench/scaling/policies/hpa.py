"""Kubernetes' HorizontalPodAutoscaler with its defaults, on CPU or on concurrency.

Every 15 s: desired = ceil(n x metric / target), unless that is within a tenth of n. Up at once, at
most four pods or a doubling in 15 s; down to the largest recommendation of the last five minutes.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.scaling.engine import Simulation

SYNC_SECONDS = 15.0
TOLERANCE = 0.1
STABLE_SECONDS = 300.0
MOST_PODS, MOST_FACTOR = 4, 2
CPU_TARGET = 0.8


def recommend_by_pods(current: int, ratios: Sequence[float], unready: int) -> int:
    """Return the number by a metric of each pod, as multiples of the target.

    `ratios` are of pods that serve and have a sample; pods without count as doing nothing where
    it goes up, and not at all where it goes down.
    """
    if not ratios:
        return current
    ratio = sum(ratios) / len(ratios)
    if ratio <= 1 or not unready:
        return current if abs(ratio - 1) <= TOLERANCE else math.ceil(_tidy(ratio * len(ratios)))
    counted = len(ratios) + unready
    diluted = sum(ratios) / counted
    if diluted <= 1 + TOLERANCE:
        return current
    return max(current, math.ceil(_tidy(diluted * counted)))


def recommend_by_total(current: int, total: float, target: float) -> int:
    """Return the number by a metric of all pods together, of which each shall have `target`."""
    if current and abs(total / (target * current) - 1) <= TOLERANCE:
        return current
    return math.ceil(_tidy(total / target))


def _tidy(value: float) -> float:
    """Return a value without the last digits, which would make 3.0000000001 four pods."""
    return round(value, 9)


@dataclass(slots=True)
class Stabilizer:
    """Lets the number rise by steps, and fall to the largest of the last recommendations."""

    _past: deque[tuple[float, int]] = field(default_factory=deque)

    def settle(self, now: float, current: int, wanted: int) -> int:
        """Return the number that a recommendation leads to."""
        self._past.append((now, wanted))
        while self._past[0][0] <= now - STABLE_SECONDS:
            self._past.popleft()
        if wanted > current:
            return min(wanted, max(current + MOST_PODS, current * MOST_FACTOR))
        return min(current, max(number for _, number in self._past))


@dataclass(slots=True)
class CpuHpa:
    """On the CPU that pods use, as a share of their request, which is one core."""

    target: float = CPU_TARGET
    period_seconds: float = SYNC_SECONDS
    _used: dict[int, float] = field(default_factory=dict)
    _stabilizer: Stabilizer = field(default_factory=Stabilizer)

    def look(self, simulation: Simulation) -> int:
        """Return the number of pods; at least one."""
        used = {
            pod.number: pod.processor_seconds(simulation.now) for pod in simulation.fleet.serving
        }
        ratios = [
            (seconds - self._used[number]) / SYNC_SECONDS / self.target
            for number, seconds in used.items()
            if number in self._used
        ]
        self._used = used
        unready = len(simulation.fleet.pods) - len(ratios)
        wanted = max(1, recommend_by_pods(simulation.target, ratios, unready))
        return self._stabilizer.settle(simulation.now, simulation.target, wanted)


@dataclass(slots=True)
class ConcurrencyHpa:
    """On the mean number of inputs that came and have no answer yet, so many for each pod."""

    target: float
    period_seconds: float = SYNC_SECONDS
    _before: float = 0.0
    _stabilizer: Stabilizer = field(default_factory=Stabilizer)

    def look(self, simulation: Simulation) -> int:
        """Return the number of pods; at least one."""
        if simulation.now == 0:
            return simulation.target
        total = (simulation.in_flight_seconds - self._before) / SYNC_SECONDS
        self._before = simulation.in_flight_seconds
        wanted = max(1, recommend_by_total(simulation.target, total, self.target))
        return self._stabilizer.settle(simulation.now, simulation.target, wanted)
