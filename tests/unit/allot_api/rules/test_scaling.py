from __future__ import annotations

from typing import Any

import pytest

from allot_api.model_deployment import ModelDeploymentSpec
from allot_api.rules.rule import Candidate
from allot_api.rules.scaling import READERS, attached_scaling_rule, is_external, scaling_rules
from allot_api.scaling import Scaling
from allot_api.terms import ScalingPolicy

VALUES: dict[str, Any] = {
    "target_utilization": 50,
    "drain_seconds": 5,
    "scale_down_cooldown": "2m",
    "scale_up_cooldown": "5m",
    "scale_to_zero_after": "24h",
}


def broken(**scaling: Any) -> list[str]:
    spec = ModelDeploymentSpec.model_validate({"model_id": "e5", "scaling": scaling})
    candidate = Candidate(name="d", spec=spec)
    rules = scaling_rules(lambda it: it.spec.scaling)  # type: ignore[var-annotated]
    return [rule.name for rule in rules if not rule.is_obeyed(candidate)]


def test_every_setting_has_policies_that_read_it() -> None:
    assert set(READERS) == set(Scaling.model_fields) - {"policy"}


@pytest.mark.parametrize("policy", ScalingPolicy)
def test_a_policy_takes_the_settings_that_it_reads(policy: ScalingPolicy) -> None:
    read = {name for name, readers in READERS.items() if policy in readers}
    refused = {name for name, value in VALUES.items() if broken(policy=policy, **{name: value})}

    assert refused == VALUES.keys() - read


@pytest.mark.parametrize(
    ("setting", "admitted", "refused"),
    [
        ("scale_down_cooldown", ["0s", "1d", "24h"], ["86401s", "2d", "25h"]),
        ("scale_up_cooldown", ["0m", "1440m"], ["1441m"]),
        ("scale_to_zero_after", ["1m", "60s", "99999d"], ["59s", "0d"]),
    ],
)
def test_times_have_bounds(setting: str, admitted: list[str], refused: list[str]) -> None:
    assert [time for time in admitted if broken(**{setting: time})] == []
    assert {time: broken(**{setting: time}) for time in refused} == {
        time: [f"{setting}_bound"] for time in refused
    }


def test_what_is_no_time_breaks_one_rule_only() -> None:
    assert broken(scale_to_zero_after="0") == ["scale_to_zero_after_form"]


@pytest.mark.parametrize("is_attached", [True, False])
def test_only_who_has_pods_says_how_many(is_attached: bool) -> None:
    spec = ModelDeploymentSpec.model_validate({"model_id": "e5"})
    rule = attached_scaling_rule(lambda it: it.spec.scaling, ("true", lambda _: is_attached))  # type: ignore[var-annotated]

    assert rule.is_obeyed(Candidate(name="d", spec=spec)) is not is_attached


def test_only_the_external_policy_is_somebody_elses() -> None:
    assert not is_external(None)
    assert [policy for policy in ScalingPolicy if is_external(Scaling(policy=policy))] == [
        ScalingPolicy.EXTERNAL
    ]
