from __future__ import annotations

import pytest

from allot_api.conditions import ReadyReason, ServableReason, Status, UpToDateReason
from allot_operator.facts.pods import Trouble
from allot_operator.judging.pod_findings import (
    find_hindrance,
    judge_servable,
    judge_threads,
    judge_up_to_date,
)
from tests.unit.allot_operator.builders import a_pod, a_report, a_troubled_pod
from tests.unit.allot_operator.judging.cases import a_workload, refused, some_facts


def test_one_ready_pod_of_any_generation_serves() -> None:
    facts = some_facts(pods=(a_pod(settings="older"), a_pod("q", is_ready=False)))

    assert judge_servable(facts).reason is ServableReason.SERVING


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (some_facts(pods=()), ServableReason.NO_READY_PODS),
        (some_facts(pods=(), target=0), ServableReason.SCALED_TO_ZERO),
        (refused(pods=()), ServableReason.NOT_ACCEPTED),
    ],
)
def test_without_a_ready_pod_the_reason_is_named(facts: object, reason: ServableReason) -> None:
    finding = judge_servable(facts)  # type: ignore[arg-type]  # parametrized values are objects

    assert (finding.status, finding.reason) == (Status.FALSE, reason)


def test_pods_of_an_older_generation_are_counted() -> None:
    facts = some_facts(pods=(a_pod("p"), a_pod("q", settings="older")))

    finding = judge_up_to_date(facts)

    assert finding.reason is UpToDateReason.ROLLOUT_IN_PROGRESS
    assert finding.message == "1 of 2 ready pods are of this generation"


def test_a_deployment_that_was_not_yet_changed_is_not_up_to_date() -> None:
    assert judge_up_to_date(some_facts(workload=None)).status is Status.FALSE
    assert judge_up_to_date(some_facts(workload=a_workload(settings="older"))).status is (
        Status.FALSE
    )


def test_an_upgrade_that_waits_is_told_and_is_no_fault() -> None:
    finding = judge_up_to_date(some_facts(is_upgrade_queued=True))

    assert finding.status is Status.TRUE
    assert "other deployments go first" in finding.message


@pytest.mark.parametrize(
    ("quota", "status"), [(None, Status.FALSE), (2.0, Status.FALSE), (1.5, Status.TRUE)]
)
def test_a_quota_below_the_threads_is_told_with_both_numbers(
    quota: float | None, status: Status
) -> None:
    pod = a_pod()
    facts = some_facts(pods=(pod,), readings={pod.uid: a_report(num_threads=2, quota=quota)})

    finding = judge_threads(facts)

    assert finding.status is status
    assert ("num_threads is 2" in finding.message) == (status is Status.TRUE)


def test_silence_about_the_quota_is_not_known() -> None:
    assert judge_threads(some_facts(readings={})).status is Status.UNKNOWN


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (Trouble.UNSCHEDULABLE, ReadyReason.UNSCHEDULABLE),
        (Trouble.IMAGE_NOT_PULLED, ReadyReason.IMAGE_NOT_PULLED),
        (Trouble.OUT_OF_MEMORY, ReadyReason.OUT_OF_MEMORY),
        (Trouble.CRASH_LOOPING, ReadyReason.CRASH_LOOPING),
    ],
)
def test_a_pod_in_trouble_is_named(trouble: Trouble, reason: ReadyReason) -> None:
    hindrance = find_hindrance(some_facts(pods=(a_troubled_pod(trouble, "why"),)))

    assert hindrance is not None
    assert hindrance.reason is reason
    assert hindrance.message.startswith("pod p")


def test_pods_that_are_refused_go_before_pods_in_trouble() -> None:
    pods = (a_troubled_pod(Trouble.CRASH_LOOPING),)

    hindrance = find_hindrance(some_facts(pods=pods, workload=a_workload(refusal="quota")))

    assert hindrance is not None
    assert (hindrance.reason, hindrance.message) == (ReadyReason.PODS_REFUSED, "quota")


def test_trouble_of_an_older_generation_is_no_hindrance() -> None:
    pod = a_troubled_pod(Trouble.CRASH_LOOPING)
    older = a_pod(pod.name, settings="older", is_ready=False, trouble=pod.trouble)

    assert find_hindrance(some_facts(pods=(older,))) is None
