"""Who has an id: the oldest claimant.

The API server stamps objects with whole seconds. Of several that were made in the same one,
that one has the id which has made something for it already, then that one which was accepted
before: else a newcomer could take an id away from an object that serves by it, and neither
could go on, since what the one made stands in the other's way.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from allot_cluster.subjects import Subject


class Claimant(Protocol):
    """Anything that has an identity, and was judged or not."""

    @property
    def subject(self) -> Subject:
        """Return who it is."""
        ...

    @property
    def was_accepted(self) -> bool:
        """Whether its status says that it is accepted."""
        ...


ClaimantT = TypeVar("ClaimantT", bound=Claimant)


def choose_holder(claimants: Iterable[ClaimantT], maker_uid: str = "") -> ClaimantT | None:
    """Return the oldest; of several of one second the maker, then an accepted one, then by uid.

    `maker_uid` is the uid of the claimant that has made what is made for the id, if any has.
    """

    def order(claimant: ClaimantT) -> tuple[str, bool, bool, str]:
        subject = claimant.subject
        is_maker = bool(maker_uid) and subject.uid == maker_uid
        return subject.created, not is_maker, not claimant.was_accepted, subject.uid

    return min(claimants, key=order, default=None)
