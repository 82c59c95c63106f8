from __future__ import annotations

from dataclasses import replace
from typing import Any

from allot_api.conditions import Condition
from allot_api.terms import ModelState
from allot_operator.judging.deployment_status import build_deployment_status
from allot_operator.judging.transitions import (
    Notice,
    Severity,
    find_notices,
    find_scaling,
    tell_in_order,
)
from tests.unit.allot_operator.builders import NOW, a_pod, a_report
from tests.unit.allot_operator.judging.cases import a_workload, refused, some_facts


def told(*steps: Any) -> list[str]:
    """The reasons of all Events of a series of facts, step by step."""
    before: list[Condition] = []
    reasons = []
    for facts in steps:
        status = facts.deployment.status.model_copy(update={"conditions": before})
        deployment = replace(facts.deployment, status=status)
        after = build_deployment_status(replace(facts, deployment=deployment), NOW).conditions
        reasons += [notice.reason for notice in find_notices(before, after)]
        before = list(after)
    return reasons


def starting(state: ModelState, **fields: Any) -> Any:
    pod = a_pod(is_ready=False)
    return some_facts(pods=(pod,), readings={pod.uid: a_report(state, **fields)})


def test_the_story_of_a_start() -> None:
    story = told(
        some_facts(pods=(), readings={}),
        starting(ModelState.FETCHING),
        starting(ModelState.LOADING),
        some_facts(),
    )

    assert story == ["Accepted", "Fetching", "Loading", "Available", "FullyAllocated"]


def test_progress_is_told_once() -> None:
    story = told(
        starting(ModelState.FETCHING, bytes_done=10**7, bytes_total=10**8),
        starting(ModelState.FETCHING, bytes_done=2 * 10**7, bytes_total=10**8),
    )

    assert story == ["Accepted", "Fetching"]


def test_a_status_that_stays_tells_nothing() -> None:
    assert told(some_facts(), some_facts()) == ["Accepted", "Available", "FullyAllocated"]


def test_a_rollout_is_told_once_there_is_something_to_replace() -> None:
    older = (a_pod(settings="older"),)
    story = told(some_facts(), some_facts(pods=older), some_facts())

    assert story[3:] == ["RolloutInProgress", "FullyAllocated"]


def test_what_is_wrong_is_a_warning_and_told_once_for_all_its_conditions() -> None:
    facts = refused(workload=None, pods=(), readings={})
    after = build_deployment_status(facts, NOW).conditions

    assert find_notices([], after) == (Notice(Severity.WARNING, "ModelNotFound", "no such model"),)


def test_a_stuck_upgrade_is_a_warning_although_everything_serves() -> None:
    def conditions(**fields: Any) -> list[Condition]:
        pods = (a_pod(template="that of another version"), a_pod("q", is_ready=False))
        facts = some_facts(workload=a_workload(**fields), pods=pods)
        return build_deployment_status(facts, NOW).conditions

    (notice,) = find_notices(conditions(), conditions(has_passed_deadline=True))

    assert (notice.severity, notice.reason) == (Severity.WARNING, "UpgradeStuck")


def test_a_target_that_moved_is_told_with_its_reason() -> None:
    def stats(target: int) -> Any:
        facts = some_facts(target=target, workload=a_workload(replicas=target))
        return build_deployment_status(facts, NOW).deployment_stats

    assert find_scaling(None, stats(3)) == ()
    assert find_scaling(stats(3), stats(3)) == ()
    assert find_scaling(stats(1), stats(3), "num_allocations is 3") == (
        Notice(Severity.NORMAL, "ScaledTo", "from 1 to 3 allocations: num_allocations is 3"),
    )


def test_acceptance_is_told_before_what_was_made() -> None:
    made = Notice(Severity.NORMAL, "DeploymentCreated", "made it")
    accepted = Notice(Severity.NORMAL, "Accepted", "model m")
    later = Notice(Severity.NORMAL, "Fetching", "")

    assert tell_in_order([made], [accepted, later]) == (accepted, made, later)
