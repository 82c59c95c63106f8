"""What is said to those whose id another object has."""

from __future__ import annotations

from allot_api.conditions import AcceptedReason
from allot_cluster.subjects import Subject
from allot_operator.acceptance.verdict import Verdict


def refuse_taken(word: str, identifier: str, holder: Subject) -> Verdict:
    """Return the verdict on an id that an older object has."""
    return Verdict(
        AcceptedReason.ID_TAKEN,
        f"{word} {identifier} is taken by {holder}, which is older: choose another {word}, "
        f"or delete {holder.name}",
    )
