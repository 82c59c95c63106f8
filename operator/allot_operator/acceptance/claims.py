"""Who has an id: the oldest claimant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from allot_api.conditions import AcceptedReason
from allot_operator.acceptance.verdict import Verdict
from allot_operator.facts.subjects import Subject


class Claimant(Protocol):
    """Anything that has an identity."""

    @property
    def subject(self) -> Subject:
        """Return who it is."""
        ...


ClaimantT = TypeVar("ClaimantT", bound=Claimant)


def choose_holder(claimants: Iterable[ClaimantT]) -> ClaimantT | None:
    """Return the oldest, by creation and then by uid, so that all judges agree."""
    return min(claimants, key=lambda claimant: claimant.subject.age_order, default=None)


def refuse_taken(word: str, identifier: str, holder: Subject) -> Verdict:
    """Return the verdict on an id that an older object has."""
    return Verdict(
        AcceptedReason.ID_TAKEN,
        f"{word} {identifier} is taken by {holder}, which is older: choose another {word}, "
        f"or delete {holder.name}",
    )
