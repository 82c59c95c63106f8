"""What a policy proposes, before the bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from allot_operator.scaling.reasons import ScalingReason

M = TypeVar("M", covariant=True)

Numbers = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Proposal(Generic[M]):
    """The target that a policy wishes for, why, its numbers, and what it remembers.

    `wanted` is what the load alone needs, whatever the target may be yet.
    """

    target: int
    reason: ScalingReason
    message: str
    memory: M
    wanted: int | None = None
    numbers: Numbers = ()
