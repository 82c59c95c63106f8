from __future__ import annotations

from allot_operator.desired.disruption_budget import build_disruption_budget
from tests.unit.allot_operator.builders import a_subject


def test_a_drain_takes_one_pod_and_any_that_is_not_ready() -> None:
    spec = build_disruption_budget(a_subject("d"), "d")["spec"]

    assert spec["maxUnavailable"] == 1
    assert spec["unhealthyPodEvictionPolicy"] == "AlwaysAllow"
