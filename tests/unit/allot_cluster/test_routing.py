from __future__ import annotations

from typing import Any

import pytest

from allot_cluster.routing import is_routable

READY = {
    "conditions": [{"type": "PodScheduled", "status": "True"}, {"type": "Ready", "status": "True"}]
}


@pytest.mark.parametrize(
    ("status", "metadata", "routable"),
    [
        (READY, {}, True),
        (READY, {"deletionTimestamp": "2026-01-01T00:00:00Z"}, False),
        ({"conditions": [{"type": "Ready", "status": "False"}]}, {}, False),
        ({}, {}, False),
    ],
)
def test_a_pod_is_sent_to_while_it_is_ready_and_stays(
    status: dict[str, Any], metadata: dict[str, str], routable: bool
) -> None:
    assert is_routable({"metadata": metadata, "status": status}) is routable
