"""What the checks of one object came to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from allot_api.conditions import AcceptedReason

SceneT = TypeVar("SceneT")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an object is accepted, why, and the sentence about it."""

    reason: AcceptedReason
    message: str = ""

    @property
    def is_accepted(self) -> bool:
        """Whether the object may be acted on."""
        return self.reason is AcceptedReason.ACCEPTED


Check = Callable[[SceneT], Verdict | None]


def first_problem(checks: Iterable[Check[SceneT]], scene: SceneT) -> Verdict | None:
    """Return the first problem that a check finds, or None."""
    return next((found for check in checks if (found := check(scene)) is not None), None)
