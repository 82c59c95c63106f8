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
from allot_operator.planning.upgrades import Upgrade
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
    assert finding.message == "1 of 2 pods are of this generation, 1 of them ready"


def test_an_older_pod_counts_although_it_is_not_ready_now() -> None:
    pods = (a_pod("p", is_ready=False), a_pod("q", settings="older", is_ready=False))

    finding = judge_up_to_date(some_facts(pods=pods))

    assert finding.status is Status.FALSE
    assert finding.message == "1 of 2 pods are of this generation, 0 of them ready"


def test_a_deployment_that_was_not_yet_changed_is_not_up_to_date() -> None:
    assert judge_up_to_date(some_facts(workload=None)).status is Status.FALSE
    assert judge_up_to_date(some_facts(workload=a_workload(settings="older"))).status is (
        Status.FALSE
    )


@pytest.mark.parametrize(
    ("upgrade", "reason", "words"),
    [
        (Upgrade.QUEUED, UpToDateReason.UPGRADE_QUEUED, "other deployments go first"),
        (Upgrade.DEFERRED, UpToDateReason.UPGRADE_DEFERRED, "upgradePolicy: Deferred"),
    ],
)
def test_an_upgrade_that_waits_is_told_and_is_no_fault(
    upgrade: Upgrade, reason: UpToDateReason, words: str
) -> None:
    finding = judge_up_to_date(some_facts(upgrade=upgrade))

    assert (finding.status, finding.reason) == (Status.TRUE, reason)
    assert words in finding.message


def test_an_upgrade_under_way_is_told_and_so_is_what_is_in_its_way() -> None:
    outdated = a_pod("p", template="that of another version")
    starting = (outdated, a_pod("q", is_ready=False, template="template"))
    crashing = (outdated, a_troubled_pod(Trouble.CRASH_LOOPING, "why", "q"))

    going = judge_up_to_date(some_facts(pods=starting))
    stuck = judge_up_to_date(some_facts(pods=crashing))
    late = judge_up_to_date(
        some_facts(pods=starting, workload=a_workload(has_passed_deadline=True))
    )

    assert {one.status for one in (going, stuck, late)} == {Status.TRUE}
    assert going.reason is UpToDateReason.UPGRADE_IN_PROGRESS
    assert going.message == "1 of 2 pods are still to be replaced"
    assert stuck.reason is late.reason is UpToDateReason.UPGRADE_STUCK
    assert stuck.message == "1 of 2 pods are still to be replaced: pod q: why"


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


def test_a_write_that_is_refused_goes_before_all_others() -> None:
    facts = some_facts(refusal="Service d: no", workload=a_workload(refusal="quota"))

    hindrance = find_hindrance(facts)

    assert hindrance is not None
    assert (hindrance.reason, hindrance.message) == (ReadyReason.WRITE_REFUSED, "Service d: no")


def test_trouble_of_an_older_generation_is_no_hindrance() -> None:
    pod = a_troubled_pod(Trouble.CRASH_LOOPING)
    older = a_pod(pod.name, settings="older", is_ready=False, trouble=pod.trouble)

    assert find_hindrance(some_facts(pods=(older,))) is None
