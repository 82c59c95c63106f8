from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from allot_api.scaling import Scaling, resolve_scaling
from allot_api.terms import ScalingPolicy
from allot_operator.scaling.policy import Bound, Policy, Tuning, build_policy, build_tuning
from tests.unit.allot_operator.builders import some_settings


def adaptive(**bounds: int) -> dict[str, Any]:
    return {"adaptive_allocations": {"enabled": True, **bounds}}


@pytest.mark.parametrize(
    ("spec", "policy"),
    [
        ({}, Policy(Bound.FIXED, 1, 1)),
        ({"num_allocations": 3}, Policy(Bound.FIXED, 3, 3)),
        (
            {"scaling": {"policy": "external"}, "replicas": 0},
            Policy(Bound.EXTERNAL, 0, 0, ScalingPolicy.EXTERNAL),
        ),
        (adaptive(), Policy(Bound.ADAPTIVE, 0, 32)),
        (
            {"deployment_id": ".rerank-v1-elasticsearch", **adaptive()},
            Policy(Bound.ADAPTIVE, 0, 32, starts_at_zero=True),
        ),
        (
            {
                "deployment_id": ".rerank-v1-elasticsearch",
                **adaptive(min_number_of_allocations=1),
            },
            Policy(Bound.ADAPTIVE, 1, 32),
        ),
        (
            adaptive(min_number_of_allocations=0, max_number_of_allocations=4),
            Policy(Bound.ADAPTIVE, 0, 4),
        ),
        (adaptive(min_number_of_allocations=40), Policy(Bound.ADAPTIVE, 40, 40)),
    ],
)
def test_bounds_come_from_the_settings(spec: dict[str, Any], policy: Policy) -> None:
    assert build_policy(some_settings(**spec)) == policy


def test_only_elasticsearchs_policy_waits_after_a_rise() -> None:
    by_work = build_tuning(resolve_scaling(Scaling()))
    as_there = build_tuning(resolve_scaling(Scaling(policy=ScalingPolicy.ELASTICSEARCH)))

    assert by_work == Tuning()
    assert as_there == Tuning(scale_up_cooldown=timedelta(minutes=5))
