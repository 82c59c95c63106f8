from __future__ import annotations

from dataclasses import replace

import pytest

from allot_api.conditions import ConditionType, ModelAvailableReason, Status
from allot_api.terms import ModelState
from allot_operator.facts.pods import LastWords
from allot_operator.facts.reports import NotKnown, Report
from allot_operator.judging.deployment_facts import DeploymentFacts
from allot_operator.judging.model_availability import describe_model, judge_model_available
from tests.unit.allot_operator.builders import a_pod, a_report
from tests.unit.allot_operator.judging.cases import refused, some_facts

KIND = ConditionType.MODEL_AVAILABLE


def starting(*reports: Report | NotKnown) -> DeploymentFacts:
    """Facts of pods that are not ready and say these things."""
    pods = [a_pod(f"p{index}", is_ready=False) for index in range(len(reports))]
    readings = {pod.uid: report for pod, report in zip(pods, reports, strict=True)}
    return some_facts(pods=tuple(pods), readings=readings)


def test_a_ready_pod_has_proved_its_model_whatever_it_says() -> None:
    finding = judge_model_available(some_facts(readings={}))

    assert (finding.status, finding.reason) == (Status.TRUE, ModelAvailableReason.AVAILABLE)


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (ModelState.FETCHING, ModelAvailableReason.FETCHING),
        (ModelState.LOADING, ModelAvailableReason.LOADING),
        (ModelState.WARMING_UP, ModelAvailableReason.WARMING_UP),
    ],
)
def test_a_pod_on_its_way_says_how_far_it_is(
    state: ModelState, reason: ModelAvailableReason
) -> None:
    finding = judge_model_available(starting(a_report(state)))

    assert (finding.status, finding.reason) == (Status.FALSE, reason)


def test_the_pod_that_is_farthest_is_told() -> None:
    finding = judge_model_available(
        starting(a_report(ModelState.FETCHING), a_report(ModelState.WARMING_UP))
    )

    assert finding.reason is ModelAvailableReason.WARMING_UP


def test_bytes_are_told_in_megabytes_and_percent() -> None:
    ahead = a_report(
        ModelState.FETCHING, bytes_done=43_000_000, bytes_total=86_000_000, seconds_left=41.0
    )
    behind = a_report(ModelState.FETCHING, bytes_done=1_000_000, bytes_total=86_000_000)
    facts = starting(behind, ahead, behind)
    finding = judge_model_available(facts)

    assert finding.message == "43 of 86 MB, about 40 s left"
    model = describe_model(facts, finding)
    assert model is not None
    assert model.state == "Downloading 50%"


@pytest.mark.parametrize("state", [ModelState.FAILED, ModelState.FETCHING])
def test_what_is_wrong_goes_before_how_far_it_is(state: ModelState) -> None:
    finding = judge_model_available(
        starting(a_report(ModelState.LOADING), a_report(state, reason="Unreachable", message="no"))
    )

    assert (finding.reason, finding.message) == (ModelAvailableReason.UNREACHABLE, "no")


def test_of_several_faults_the_least_mendable_is_told() -> None:
    finding = judge_model_available(
        starting(
            a_report(ModelState.FETCHING, reason="Unreachable", message="away"),
            a_report(ModelState.FAILED, reason="ChecksumMismatch", message="other bytes"),
        )
    )

    assert finding.reason is ModelAvailableReason.CHECKSUM_MISMATCH


def test_a_process_that_ended_leaves_its_reason() -> None:
    words = LastWords(ModelAvailableReason.WRONG_ARCHITECTURE, "no head")
    pod = a_pod(is_ready=False, is_running=False, last_words=words)

    finding = judge_model_available(some_facts(pods=(pod,), readings={}))

    assert (finding.reason, finding.message) == (words.reason, "no head")


def test_silence_is_not_known() -> None:
    finding = judge_model_available(starting(NotKnown("timeout")))

    assert (finding.status, finding.reason) == (Status.UNKNOWN, ModelAvailableReason.NOT_REPORTED)


def test_no_pods_is_not_known_and_nothing_is_fetched_for_what_is_refused() -> None:
    empty = judge_model_available(some_facts(pods=(), readings={}))
    unaccepted = judge_model_available(refused(pods=(), readings={}))

    assert empty.reason is ModelAvailableReason.NO_PODS
    assert unaccepted.reason is ModelAvailableReason.NOT_ACCEPTED


def test_the_digest_that_was_served_is_in_status() -> None:
    facts = some_facts()

    model = describe_model(facts, judge_model_available(facts))

    assert model is not None
    assert (model.digest, model.dimensions, model.state) == ("sha256:1a", 384, "Ready")


def test_what_was_served_stays_in_status_while_the_pods_are_silent() -> None:
    pod = a_pod()
    heard = some_facts(pods=(pod,), readings={pod.uid: a_report(size_bytes=5)})
    told = describe_model(heard, judge_model_available(heard))
    assert told is not None
    assert told.size_bytes == 5

    status = heard.deployment.status.model_copy(update={"model": told})
    silent = some_facts(deployment=replace(heard.deployment, status=status), readings={})
    still = describe_model(silent, judge_model_available(silent))

    assert still is not None
    assert (still.digest, still.size_bytes) == ("sha256:1a", 5)
