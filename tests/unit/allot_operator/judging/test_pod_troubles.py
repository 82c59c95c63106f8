from __future__ import annotations

import pytest

from allot_api.conditions import ConditionType
from allot_operator.facts.pods import Trouble, Wishes, read_pod
from allot_operator.judging.pod_troubles import describe_memory_end, describe_trouble
from tests.unit.allot_operator.builders import a_pod, a_troubled_pod
from tests.unit.allot_operator.judging.cases import a_workload, judged, words


def test_a_pod_that_fits_nowhere_is_named_with_why() -> None:
    message = "0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible"
    pod = a_pod(
        is_ready=False,
        trouble=Trouble.UNSCHEDULABLE,
        trouble_message=message,
        wishes=Wishes(requests={"cpu": "4"}),
    )

    assert describe_trouble(pod) == (
        "pod p fits on no node: the only node lacks cpu (the pod asks for 4)"
    )


def test_other_troubles_are_told_in_their_own_words() -> None:
    assert describe_trouble(a_troubled_pod(Trouble.IMAGE_NOT_PULLED, "denied")) == "pod p: denied"


@pytest.mark.parametrize(
    ("wishes", "sentence"),
    [
        (
            Wishes(memory_limit="1Gi"),
            "the process was killed at its memory limit of 1Gi: write a larger "
            "pod.resources.limits.memory, such as 2Gi",
        ),
        (
            Wishes(memory_limit="1216Mi"),
            "the process was killed at its memory limit of 1216Mi: write a larger "
            "pod.resources.limits.memory, such as 2432Mi",
        ),
        (
            Wishes(requests={"memory": "896Mi"}),
            "the process was killed because its node ran out of memory, beyond the 896Mi that it "
            "asks for: it has no limit of its own: write a larger pod.resources.requests.memory, "
            "such as 1792Mi",
        ),
        (
            Wishes(),
            "the process was killed because its node ran out of memory: it has no limit of its "
            "own: write a larger pod.resources.requests.memory",
        ),
    ],
)
def test_what_was_killed_for_its_memory_says_the_limit_and_what_to_write(
    wishes: Wishes, sentence: str
) -> None:
    pod = a_pod(is_ready=False, trouble=Trouble.OUT_OF_MEMORY, wishes=wishes)

    assert describe_memory_end(wishes) == sentence
    assert describe_trouble(pod) == f"pod p: {sentence}"


def a_killed_pod() -> dict[str, object]:
    """A pod as a kubelet tells of it after its second end for its memory."""
    ended = {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}
    waiting = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 10s"}}
    resources = {"requests": {"memory": "1Gi"}, "limits": {"memory": "1Gi"}}
    return {
        "metadata": {
            "name": "p",
            "uid": "u",
            "annotations": {
                "inference.allot.dev/settings": "settings",
                "inference.allot.dev/model": "model",
            },
        },
        "spec": {"containers": [{"name": "runtime", "resources": resources}]},
        "status": {
            "phase": "Running",
            "containerStatuses": [{"name": "runtime", "state": waiting, "lastState": ended}],
        },
    }


def test_a_deployment_whose_pods_are_killed_for_their_memory_is_not_ready_because_of_it() -> None:
    pod = read_pod(a_killed_pod())
    assert pod is not None

    findings = judged(pods=(pod,), readings={})
    late = judged(pods=(pod,), readings={}, workload=a_workload(has_passed_deadline=True))

    ready = findings[ConditionType.READY]
    assert words(findings, ConditionType.READY) == ("False", "OutOfMemory")
    assert ready.message == (
        "pod p: the process was killed at its memory limit of 1Gi: write a larger "
        "pod.resources.limits.memory, such as 2Gi"
    )
    assert words(findings, ConditionType.MODEL_AVAILABLE) == ("False", "OutOfMemory")
    assert findings[ConditionType.MODEL_AVAILABLE].message == ready.message
    assert words(late, ConditionType.STALLED) == ("True", "DeadlineExceeded")
