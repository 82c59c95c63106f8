"""Our sweep as a curve: what waiting costs in allocation-seconds. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """Allocation-seconds, and the slowest percent's wait in seconds."""

    cost: float
    wait: float


@dataclass(frozen=True, slots=True)
class Curve:
    """The points that no other is better than on both axes, the cheapest first."""

    points: tuple[Point, ...]

    def wait_at(self, cost: float) -> float | None:
        """Return the wait for a cost; None for less than the curve reaches down to."""
        if cost < self.points[0].cost:
            return None
        for left, right in pairwise(self.points):
            if left.cost <= cost <= right.cost:
                share = (cost - left.cost) / (right.cost - left.cost)
                return left.wait + share * (right.wait - left.wait)
        return self.points[-1].wait

    def cost_at(self, wait: float) -> float | None:
        """Return the cost of a wait; None for less than the curve reaches down to."""
        if wait < self.points[-1].wait:
            return None
        for left, right in pairwise(self.points):
            if right.wait <= wait <= left.wait:
                share = (left.wait - wait) / (left.wait - right.wait)
                return left.cost + share * (right.cost - left.cost)
        return self.points[0].cost


def build_curve(points: Iterable[Point]) -> Curve | None:
    """Return the curve through points, None of none."""
    kept: list[Point] = []
    for point in sorted(points):
        if not kept or point.wait < kept[-1].wait:
            kept.append(point)
    return Curve(tuple(kept)) if kept else None
