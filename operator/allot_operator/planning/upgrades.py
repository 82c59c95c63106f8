"""When pods are replaced that only another version of Allot would change. Pure.

The user's own changes never wait. An upgrade of the operator changes the pods of every deployment
at once, which would double the cluster's pods for a while: so they take turns, and a deployment
may be left out of it altogether.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from allot_api.terms import UpgradePolicy
from allot_operator.facts.workloads import Workload


class Upgrade(StrEnum):
    """What becomes of an upgrade in this pass."""

    DONE = "done"
    NOW = "now"
    QUEUED = "queued"
    DEFERRED = "deferred"

    @property
    def is_waiting(self) -> bool:
        """Whether the pods are left as they are."""
        return self in (Upgrade.QUEUED, Upgrade.DEFERRED)


def decide_upgrade(
    policy: UpgradePolicy, own: Workload | None, others: Iterable[Workload]
) -> Upgrade:
    """Return whether an upgrade that is to be made may begin.

    It waits for every rollout that is under way, whatever it is for. One that has passed its
    deadline counts as over: its old pods serve on, and the others need not wait for it for ever.
    """
    if policy is UpgradePolicy.DEFERRED:
        return Upgrade.DEFERRED
    own_uid = own.subject.uid if own else ""
    is_busy = any(one.is_rolling and one.subject.uid != own_uid for one in others)
    return Upgrade.QUEUED if is_busy else Upgrade.NOW
