from __future__ import annotations

import pytest

from allot_api.deployment_stats import AllocationStatus, allocation_state
from allot_api.terms import AllocationState


@pytest.mark.parametrize(
    ("count", "target", "state"),
    [
        (0, 0, AllocationState.STARTING),
        (0, 2, AllocationState.STARTING),
        (1, 2, AllocationState.STARTED),
        (2, 2, AllocationState.FULLY_ALLOCATED),
        (3, 2, AllocationState.FULLY_ALLOCATED),
        (1, 0, AllocationState.FULLY_ALLOCATED),
    ],
)
def test_the_state_is_elasticsearchs(count: int, target: int, state: AllocationState) -> None:
    assert allocation_state(count, target) is state


def test_the_counts_are_written_in_elasticsearchs_words() -> None:
    status = AllocationStatus(
        allocation_count=1, target_allocation_count=2, state=AllocationState.STARTED
    )

    assert status.model_dump(mode="json") == {
        "allocation_count": 1,
        "target_allocation_count": 2,
        "state": "started",
    }
