from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from allot_api.deployment_stats import DeploymentStats
from allot_api.terms import ModelState
from allot_operator.judging.deployment_statistics import build_stats, parse_milliseconds
from allot_operator.judging.deployment_status import judge_deployment_facts
from tests.unit.allot_operator.builders import MODEL_ID, a_deployment, a_pod, a_report
from tests.unit.allot_operator.judging.cases import REFUSED, a_workload, some_facts

WAITING = a_pod(is_ready=False)
FAILED = a_report(ModelState.FAILED, reason="NotFound", message="no folder")


def stats_of(**fields: Any) -> DeploymentStats:
    facts = some_facts(**fields)
    stats = build_stats(facts, judge_deployment_facts(facts))
    assert stats is not None
    return stats


def test_the_settings_in_force_are_told_in_elasticsearchs_words() -> None:
    deployment = a_deployment(num_allocations=2, num_threads=4, queue_capacity=7)

    stats = stats_of(deployment=deployment, target=2)

    assert stats.model_dump(mode="json", exclude_none=True) == {
        "deployment_id": "d",
        "model_id": MODEL_ID,
        "num_threads": 4,
        "threads_per_allocation": 4,
        "number_of_allocations": 2,
        "queue_capacity": 7,
        "state": "started",
        "allocation_status": {
            "allocation_count": 1,
            "target_allocation_count": 2,
            "state": "started",
        },
        "cache_size": "0b",
        "priority": "normal",
        "start_time": parse_milliseconds(deployment.subject.created),
    }


@pytest.mark.parametrize(
    ("fields", "state", "reason"),
    [
        ({}, "started", None),
        ({"pods": (), "target": 0}, "started", None),
        ({"pods": (WAITING,), "readings": {}}, "starting", None),
        ({"pods": (WAITING,), "readings": {WAITING.uid: FAILED}}, "failed", "no folder"),
    ],
)
def test_the_state_is_elasticsearchs(
    fields: dict[str, Any], state: str, reason: str | None
) -> None:
    stats = stats_of(**fields)

    assert (stats.state, stats.reason) == (state, reason)


def test_a_deadline_that_has_passed_is_a_failure() -> None:
    late = a_workload(has_passed_deadline=True)

    stats = stats_of(pods=(WAITING,), readings={}, workload=late)

    assert stats.state == "failed"
    assert stats.reason


def test_a_model_that_is_gone_keeps_its_spelling() -> None:
    known = stats_of()
    deployment = a_deployment(model_id="an-alias", num_allocations=1)
    status = deployment.status.model_copy(update={"deployment_stats": known})

    stats = stats_of(deployment=replace(deployment, status=status), verdict=REFUSED, found=None)

    assert stats.model_id == MODEL_ID


def test_times_are_in_milliseconds() -> None:
    assert parse_milliseconds("1970-01-01T00:00:02Z") == 2000
    assert parse_milliseconds("") is None
