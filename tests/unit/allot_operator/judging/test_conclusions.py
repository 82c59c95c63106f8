from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_api.conditions import AcceptedReason, ConditionType, Finding, Status
from allot_api.terms import ModelState
from allot_operator.acceptance.verdict import Verdict
from allot_operator.facts.pods import Pod, Trouble
from allot_operator.judging.conclusions import judge_accepted
from tests.unit.allot_operator.builders import (
    a_deployment,
    a_pod,
    a_report,
    a_troubled_pod,
)
from tests.unit.allot_operator.judging.cases import REFUSED, a_workload, judged, words

READY, STALLED, RECONCILING = (
    ConditionType.READY,
    ConditionType.STALLED,
    ConditionType.RECONCILING,
)


def some_pods(ready: int, starting: int = 0, **fields: object) -> tuple[object, ...]:
    return (
        *(a_pod(f"r{index}", **fields) for index in range(ready)),
        *(a_pod(f"s{index}", is_ready=False, **fields) for index in range(starting)),
    )


def test_all_that_was_asked_for_is_ready_and_settled() -> None:
    findings = judged()

    assert words(findings, READY) == ("True", "FullyAllocated")
    assert words(findings, STALLED) == ("False", "NotStalled")
    assert words(findings, RECONCILING) == ("False", "Settled")
    assert findings[READY].message == "1 of 1 allocations are ready"


def test_fewer_than_asked_for_is_partly() -> None:
    findings = judged(deployment=a_deployment(num_allocations=3), target=3, pods=some_pods(2, 1))

    assert words(findings, READY) == ("False", "PartiallyAllocated")
    assert findings[READY].message == "2 of 3 allocations are ready"


def test_an_adaptive_target_above_the_minimum_is_no_condition_of_ready() -> None:
    bounds = {"enabled": True, "min_number_of_allocations": 1, "max_number_of_allocations": 4}
    findings = judged(
        deployment=a_deployment(adaptive_allocations=bounds), target=4, pods=some_pods(1, 3)
    )

    assert words(findings, READY) == ("True", "FullyAllocated")
    assert words(findings, RECONCILING) == ("False", "Settled")


def test_what_is_not_accepted_is_ready_for_no_one_and_may_be_mended() -> None:
    findings = judged(verdict=REFUSED, found=None)

    assert words(findings, READY) == ("False", "ModelNotFound")
    assert words(findings, STALLED) == ("False", "NotStalled")
    assert words(findings, RECONCILING) == ("True", "Waiting")


def test_wrong_weights_stall() -> None:
    pod = a_pod(is_ready=False)
    report = a_report(ModelState.FAILED, reason="ChecksumMismatch", message="other bytes")
    findings = judged(pods=(pod,), readings={pod.uid: report})

    assert words(findings, READY) == ("False", "ChecksumMismatch")
    assert words(findings, STALLED) == ("True", "ChecksumMismatch")
    assert words(findings, RECONCILING) == ("False", "Stalled")


def test_a_missing_source_waits_for_somebody_and_does_not_stall() -> None:
    pod = a_pod(is_ready=False)
    report = a_report(ModelState.FAILED, reason="NotFound", message="no folder")
    findings = judged(pods=(pod,), readings={pod.uid: report})

    assert words(findings, READY) == ("False", "NotFound")
    assert words(findings, RECONCILING) == ("True", "Waiting")


def test_a_passed_deadline_stalls_a_crash_loop_and_not_what_has_no_room() -> None:
    workload = a_workload(has_passed_deadline=True)
    crashing = judged(workload=workload, pods=(a_troubled_pod(Trouble.CRASH_LOOPING),))
    homeless = judged(workload=workload, pods=(a_troubled_pod(Trouble.UNSCHEDULABLE),))

    assert words(crashing, STALLED) == ("True", "DeadlineExceeded")
    assert words(homeless, STALLED) == ("False", "NotStalled")
    assert words(homeless, RECONCILING) == ("True", "Waiting")


def test_a_new_generation_reconciles_because_the_spec_changed() -> None:
    findings = judged(pods=some_pods(0, 1), readings={})

    assert words(findings, READY) == ("False", "WaitingForAllocations")
    assert words(findings, RECONCILING) == ("True", "SpecChanged")


def test_a_rollout_under_way_is_servable_and_not_ready() -> None:
    pods = (a_pod(settings="older"), a_pod("new", is_ready=False))
    findings = judged(pods=pods, readings={})

    assert words(findings, ConditionType.SERVABLE) == ("True", "Serving")
    assert words(findings, READY) == ("False", "RolloutInProgress")


OLD = a_pod("old", settings="older", model="older")
GOES_ON = "; 1 older pod goes on serving"


def stuck(new: Pod, **fields: Any) -> dict[ConditionType, Finding]:
    """A rollout whose new pod is there beside the old one, which serves."""
    findings = judged(pods=(OLD, new), **fields)

    assert words(findings, ConditionType.SERVABLE) == ("True", "Serving")
    assert words(findings, ConditionType.UP_TO_DATE) == ("False", "RolloutInProgress")
    return findings


def test_a_rollout_to_a_source_that_is_not_there_leaves_the_old_serving() -> None:
    new = a_pod("new", is_ready=False)
    report = a_report(ModelState.FAILED, reason="NotFound", message="no folder")

    findings = stuck(new, readings={new.uid: report})

    assert words(findings, READY) == ("False", "NotFound")
    assert findings[READY].message == f"no folder{GOES_ON}"
    assert words(findings, RECONCILING) == ("True", "Waiting")


@pytest.mark.parametrize(
    ("trouble", "reason", "said"),
    [
        (Trouble.UNSCHEDULABLE, "Unschedulable", "pod new fits on no node: why"),
        (Trouble.CRASH_LOOPING, "CrashLooping", "pod new: why"),
        (Trouble.IMAGE_NOT_PULLED, "ImageNotPulled", "pod new: why"),
    ],
)
def test_a_rollout_that_cannot_start_is_told_by_its_pods_reason(
    trouble: Trouble, reason: str, said: str
) -> None:
    findings = stuck(a_troubled_pod(trouble, "why", "new"), readings={})

    assert words(findings, READY) == ("False", reason)
    assert findings[READY].message == f"{said}{GOES_ON}"


def test_a_rollout_that_never_becomes_ready_stalls_at_its_deadline() -> None:
    workload = a_workload(has_passed_deadline=True)

    findings = stuck(a_pod("new", is_ready=False), readings={}, workload=workload)

    assert words(findings, READY) == ("False", "RolloutInProgress")
    assert words(findings, STALLED) == ("True", "DeadlineExceeded")


def test_a_rollout_that_still_fetches_goes_on_past_its_deadline() -> None:
    new, workload = a_pod("new", is_ready=False), a_workload(has_passed_deadline=True)
    report = a_report(ModelState.FETCHING, bytes_done=10**9, bytes_total=10**10)

    findings = stuck(new, readings={new.uid: report}, workload=workload)

    assert words(findings, STALLED) == ("False", "NotStalled")
    assert "Fetching: 1000 of 10000 MB" in findings[READY].message


def test_a_rollout_tells_how_far_its_model_is() -> None:
    new = a_pod("new", is_ready=False)

    findings = stuck(new, readings={new.uid: a_report(ModelState.LOADING, message="half")})

    assert "; Loading: half;" in findings[READY].message


def test_a_refused_write_is_told_although_all_pods_serve() -> None:
    findings = judged(refusal="Service allot-d: exceeded quota")

    assert words(findings, READY) == ("False", "WriteRefused")
    assert words(findings, ConditionType.SERVABLE) == ("True", "Serving")
    assert words(findings, RECONCILING) == ("True", "Waiting")


def test_a_model_that_is_gone_leaves_its_pods_serving() -> None:
    recorded = a_deployment(num_allocations=1)
    findings = judged(verdict=REFUSED, found=None, settings="", model="", deployment=recorded)

    assert words(findings, ConditionType.ACCEPTED) == ("False", "ModelNotFound")
    assert words(findings, ConditionType.SERVABLE) == ("True", "Serving")
    assert words(findings, ConditionType.UP_TO_DATE) == ("False", "NotAccepted")
    assert words(findings, READY) == ("False", "ModelNotFound")


def test_what_was_not_looked_at_is_not_known() -> None:
    assert judge_accepted(Verdict(AcceptedReason.NOT_YET_CHECKED)).status is Status.UNKNOWN


@given(st.integers(0, 4), st.integers(0, 4), st.integers(1, 4), st.booleans())
def test_ready_stalled_and_reconciling_never_contradict(
    ready: int, starting: int, asked: int, is_late: bool
) -> None:
    findings = judged(
        deployment=a_deployment(num_allocations=asked),
        target=asked,
        pods=some_pods(ready, starting),
        workload=a_workload(has_passed_deadline=is_late),
        readings={},
    )
    true = {kind for kind in (READY, STALLED, RECONCILING) if findings[kind].status is Status.TRUE}

    # kstatus: exactly one of "current", "failed" and "in progress".
    assert len(true) == 1
    assert (READY in true) == (ready >= asked)
