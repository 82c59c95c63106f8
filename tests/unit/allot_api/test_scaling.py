from __future__ import annotations

from datetime import timedelta

import pytest

from allot_api.scaling import Scaling, ScalingSettings, dump_scaling, resolve_scaling
from allot_api.terms import ScalingPolicy


def test_an_empty_block_is_the_policy_work_with_its_defaults() -> None:
    assert resolve_scaling(Scaling()) == ScalingSettings(
        policy=ScalingPolicy.WORK,
        target_utilization=0.8,
        drain_seconds=10.0,
        scale_down_cooldown=timedelta(minutes=2),
        scale_up_cooldown=timedelta(),
        scale_to_zero_after=timedelta(hours=24),
    )


def test_elasticsearchs_policy_waits_as_long_as_elasticsearch() -> None:
    resolved = resolve_scaling(Scaling(policy=ScalingPolicy.ELASTICSEARCH))

    assert resolved.scale_up_cooldown == timedelta(minutes=5)
    assert resolved.scale_to_zero_after == timedelta(hours=24)


def test_what_is_written_holds() -> None:
    written = {
        "policy": "work",
        "target_utilization": 55,
        "drain_seconds": 3,
        "scale_down_cooldown": "0s",
        "scale_up_cooldown": "90s",
        "scale_to_zero_after": "1m",
    }
    scaling = Scaling.model_validate(written)

    assert resolve_scaling(scaling) == ScalingSettings(
        policy=ScalingPolicy.WORK,
        target_utilization=0.55,
        drain_seconds=3.0,
        scale_down_cooldown=timedelta(),
        scale_up_cooldown=timedelta(seconds=90),
        scale_to_zero_after=timedelta(minutes=1),
    )
    assert dump_scaling(scaling) == written


def test_a_time_that_no_rule_admits_counts_as_left_out() -> None:
    assert resolve_scaling(Scaling(scale_down_cooldown="soon")) == resolve_scaling(Scaling())


@pytest.mark.parametrize("written", [{}, {"policy": "work"}, {"drain_seconds": None}])
def test_nothing_is_written_of_a_block_that_says_nothing(written: dict[str, object]) -> None:
    assert dump_scaling(Scaling.model_validate(written)) == {}
