from __future__ import annotations

from typing import Any

import pytest

from allot_api.conditions import ModelAvailableReason
from allot_operator.facts.pods import (
    LastWords,
    Trouble,
    Wishes,
    describe_end,
    parse_last_words,
    read_pod,
)

READY = {"type": "Ready", "status": "True"}


def a_manifest(container: dict[str, Any] | None = None, **status: Any) -> dict[str, Any]:
    statuses = [{"name": "runtime", **container}] if container else []
    return {
        "metadata": {"name": "p", "uid": "u", "annotations": {"inference.allot.dev/model": "m"}},
        "status": {"podIP": "10.0.0.1", "containerStatuses": statuses, **status},
    }


def test_reads_a_pod_that_serves() -> None:
    pod = read_pod(a_manifest({"state": {"running": {}}}, conditions=[READY]))

    assert pod is not None
    assert (pod.is_ready, pod.is_running, pod.model, pod.trouble) == (True, True, "m", None)


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_a_pod_that_ended_does_not_count(phase: str) -> None:
    assert read_pod(a_manifest(phase=phase)) is None


def test_a_pod_that_leaves_does_not_count() -> None:
    manifest = a_manifest(conditions=[READY])
    manifest["metadata"]["deletionTimestamp"] = "2026-11-24T10:00:00Z"

    assert read_pod(manifest) is None


def test_tells_the_schedulers_sentence() -> None:
    scheduled = {"type": "PodScheduled", "reason": "Unschedulable", "message": "0/1 nodes"}

    pod = read_pod(a_manifest(conditions=[scheduled]))

    assert pod is not None
    assert (pod.trouble, pod.trouble_message) == (Trouble.UNSCHEDULABLE, "0/1 nodes")


def test_tells_what_a_crashing_process_left_behind() -> None:
    words = '{"reason": "WrongArchitecture", "message": "no encoder"}'
    container = {
        "state": {"waiting": {"reason": "CrashLoopBackOff"}},
        "lastState": {"terminated": {"exitCode": 3, "message": words}},
    }

    pod = read_pod(a_manifest(container))

    assert pod is not None
    assert pod.trouble is Trouble.CRASH_LOOPING
    assert pod.trouble_message == "the process ended with exit code 3: no encoder"
    assert pod.last_words == LastWords(ModelAvailableReason.WRONG_ARCHITECTURE, "no encoder")


def test_one_end_is_no_loop_but_its_last_words_count() -> None:
    ended = {"exitCode": 3, "message": '{"reason": "ChecksumMismatch", "message": "differs"}'}

    pod = read_pod(a_manifest({"state": {"terminated": ended}}))

    assert pod is not None
    assert pod.trouble is None
    assert pod.last_words == LastWords(ModelAvailableReason.CHECKSUM_MISMATCH, "differs")


@pytest.mark.parametrize("reason", ["ErrImagePull", "ImagePullBackOff", "InvalidImageName"])
def test_tells_an_image_that_cannot_be_pulled(reason: str) -> None:
    pod = read_pod(a_manifest({"state": {"waiting": {"reason": reason, "message": "denied"}}}))

    assert pod is not None
    assert (pod.trouble, pod.trouble_message) == (Trouble.IMAGE_NOT_PULLED, "denied")


@pytest.mark.parametrize("message", ["", "Killed", "[]", '{"reason": "Unheard"}', "{}", "1"])
def test_last_words_of_another_form_are_none(message: str) -> None:
    assert parse_last_words({"message": message}) is None


def test_describes_how_a_process_ended() -> None:
    ended = {"exitCode": 137, "reason": "OOMKilled"}

    assert describe_end(ended) == "the process ended with exit code 137 (OOMKilled)"
    assert describe_end({}) == ""


@pytest.mark.parametrize(
    "state",
    [
        {"terminated": {"exitCode": 137, "reason": "OOMKilled"}},
        {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}},
        {"running": {}},
    ],
)
def test_a_pod_that_was_killed_for_its_memory_says_so_until_it_is_ready(
    state: dict[str, Any],
) -> None:
    last = {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}

    pod = read_pod(a_manifest({"state": state, "lastState": last}))
    recovered = read_pod(a_manifest({"state": state, "lastState": last}, conditions=[READY]))

    assert pod is not None
    assert pod.trouble is Trouble.OUT_OF_MEMORY
    assert recovered is not None
    assert recovered.trouble is not Trouble.OUT_OF_MEMORY


def test_reads_what_a_pod_asks_of_a_node() -> None:
    resources = {"requests": {"cpu": "4"}, "limits": {"memory": "1Gi"}}
    spec = {
        "containers": [{"name": "proxy"}, {"name": "runtime", "resources": resources}],
        "nodeSelector": {"disk": "ssd"},
        "affinity": {"nodeAffinity": {}},
    }

    pod = read_pod(a_manifest() | {"spec": spec})

    assert pod is not None
    assert pod.wishes == Wishes({"cpu": "4"}, "1Gi", {"disk": "ssd"}, has_node_affinity=True)
