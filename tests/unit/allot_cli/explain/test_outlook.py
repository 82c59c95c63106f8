from __future__ import annotations

from typing import Any

import pytest

from allot_cli.explain.outlook import foresee, say_bounds
from tests.unit.allot_cli.explain.builders import a_decision, a_deployment


def outlook(target: int | None = 3, **fields: Any) -> list[str]:
    return list(foresee(a_deployment(**fields), target, a_decision()))


def adaptive(**bounds: int) -> dict[str, Any]:
    return {"enabled": True, **bounds}


def test_the_rates_are_those_of_the_present_target_and_settings() -> None:
    assert outlook() == [
        "goes up when clearly more than 3,480 tokens/s arrive (80 % of what 3 allocations can "
        "do), or when more waits than they would do in 10 s",
        "goes down when clearly fewer than 2,320 tokens/s arrive for 2 min",
    ]


def test_other_settings_give_other_rates_at_once() -> None:
    scaling = {
        "target_utilization": 50,
        "drain_seconds": 120,
        "scale_down_cooldown": "0s",
        "scale_up_cooldown": "5m",
    }

    assert outlook(2, scaling=scaling) == [
        "goes up when clearly more than 1,450 tokens/s arrive (50 % of what 2 allocations can "
        "do), or when more waits than they would do in 2 min",
        "goes down when clearly fewer than 725 tokens/s arrive",
        "does not go down within 5 min of a rise",
    ]


def test_at_a_bound_only_the_bound_would_change_it() -> None:
    rise, _ = outlook(4)
    _, fall = outlook(1)

    assert rise.startswith("does not go up: 4 is its max_number_of_allocations")
    assert fall.startswith("does not go down: 1 is its min_number_of_allocations")


def test_without_a_minimum_it_goes_to_zero_when_nothing_is_asked() -> None:
    for target in (1, 2):
        *_, last = outlook(target, adaptive_allocations=adaptive())

        assert last.startswith("goes down to 0 after 24 h without a request")


def test_from_zero_the_first_request_moves_it() -> None:
    assert outlook(0, adaptive_allocations=adaptive()) == [
        "goes up to 1 with the first request that a gateway holds for it"
    ]


def test_without_a_measured_capacity_no_rate_is_told() -> None:
    unmeasured = a_decision(inputs={"rises_above_tokens_per_second": 5.0})

    for latest in (None, unmeasured):
        told = " ".join(foresee(a_deployment(), 2, latest))

        assert "not known until" in told
        assert "tokens/s" not in told
        assert "goes down when fewer allocations would do what arrives for 2 min" in told


def test_elasticsearchs_policy_is_told_by_its_rule_and_cooldown() -> None:
    told = outlook(2, scaling={"policy": "elasticsearch"})

    assert [sentence.partition(",")[0] for sentence in told] == [
        "goes up by Elasticsearch's rule",
        "goes down by Elasticsearch's rule",
        "does not go down within 5 min of a rise",
    ]


def test_nothing_is_foreseen_before_the_operator_has_looked() -> None:
    assert outlook(None) == ["nothing yet: the operator has not looked at it"]


FIXED: dict[str, Any] = {"adaptive_allocations": None, "num_allocations": 2}


def test_a_fixed_number_is_set_where_a_person_wrote_it() -> None:
    owners = [{"kind": "InferenceEndpoint", "name": "mine", "controller": True}]

    (by_hand,) = outlook(**FIXED)
    (by_endpoint,) = outlook(metadata={"ownerReferences": owners}, **FIXED)

    assert "num_allocations in the spec of ModelDeployment d sets it" in by_hand
    assert (
        "num_allocations in the spec.service_settings of InferenceEndpoint mine sets it"
        in by_endpoint
    )


def test_an_external_number_is_told_with_who_wrote_it_last() -> None:
    fields = [
        {"manager": "kubectl", "time": "2026-11-30T10:00:00Z", "fieldsV1": {"f:spec": {}}},
        {
            "manager": "kube-controller-manager",
            "subresource": "scale",
            "time": "2026-11-30T11:00:00Z",
            "fieldsV1": {"f:spec": {"f:replicas": {}}},
        },
        {
            "manager": "kubectl-scale",
            "time": "2026-11-30T09:00:00Z",
            "fieldsV1": {"f:spec": {"f:replicas": {}}},
        },
    ]

    (told,) = outlook(scaling={"policy": "external"}, metadata={"managedFields": fields})
    (untold,) = outlook(scaling={"policy": "external"})

    assert "last written by kube-controller-manager" in told
    assert "kubectl scale mdep d --replicas=NUMBER" in told
    assert "last written" not in untold


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "1 to 4 allowed"),
        ({"adaptive_allocations": adaptive()}, "at least 0, no maximum is given"),
        (FIXED, "num_allocations is 2"),
        ({"scaling": {"policy": "external"}, "replicas": 5}, "replicas is 5"),
    ],
)
def test_bounds_are_what_the_settings_say(fields: dict[str, Any], said: str) -> None:
    assert say_bounds(a_deployment(**fields).settings) == said
