"""A pod's phase and what becomes of a container that ended, as a kubelet decides. Pure.

Source: Kubernetes documentation, "Pod Lifecycle".
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from allot_local.node.records import ContainerRecord, Terminated, Waiting

BACKOFF_BASE_SECONDS = 10.0
BACKOFF_LIMIT_SECONDS = 300.0
# A container that ran this long starts again without delay.
BACKOFF_RESET_SECONDS = 600.0


class Phase(StrEnum):
    """The phases of the API."""

    PENDING = "Pending"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"


def is_restarted(policy: str, exit_code: int, *, is_init: bool) -> bool:
    """Say whether a container that ended with the code is started again.

    An init container that succeeded is done under every policy.
    """
    match policy:
        case "Never":
            return False
        case "OnFailure":
            return exit_code != 0
        case _:
            return not is_init or exit_code != 0


def backoff_seconds(
    failures: int, base: float = BACKOFF_BASE_SECONDS, limit: float = BACKOFF_LIMIT_SECONDS
) -> float:
    """Return how long to wait before the start after so many ends in a row.

    The first restart comes at once, then 10 s, doubled each time up to 5 minutes.
    """
    if failures <= 1:
        return 0.0
    doublings = min(failures - 2, 32)
    return min(limit, base * float(2**doublings))


def decide_phase(policy: str, containers: Sequence[ContainerRecord]) -> Phase:
    """Return the pod's phase."""
    init = [one for one in containers if one.is_init]
    main = [one for one in containers if not one.is_init]
    if any(has_failed_for_good(policy, one) for one in init):
        return Phase.FAILED
    if not all(one.is_done for one in init):
        return Phase.PENDING
    if all(isinstance(one.state, Waiting) and one.last is None for one in main):
        return Phase.PENDING
    if not all(has_ended_for_good(policy, one) for one in main):
        return Phase.RUNNING
    return Phase.SUCCEEDED if all(one.is_done for one in main) else Phase.FAILED


def has_ended_for_good(policy: str, container: ContainerRecord) -> bool:
    """Say whether the container ended and is not started again."""
    state = container.state
    return isinstance(state, Terminated) and not is_restarted(
        policy, state.exit_code, is_init=container.is_init
    )


def has_failed_for_good(policy: str, container: ContainerRecord) -> bool:
    """Say whether the container failed and is not started again."""
    return has_ended_for_good(policy, container) and not container.is_done
