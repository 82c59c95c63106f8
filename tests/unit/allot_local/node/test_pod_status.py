from __future__ import annotations

from typing import Any

from allot_local.node.pod_status import build_condition, build_status
from allot_local.node.records import ContainerRecord, PodRecord, Running, Terminated, Waiting

RUNNING = Running(1, 1.0, "2026-11-24T10:00:00Z")
NOW = "2026-11-24T12:00:00Z"
POD: dict[str, Any] = {
    "spec": {"restartPolicy": "Always"},
    "status": {
        "qosClass": "Burstable",
        "conditions": [{"type": "PodScheduled", "status": "True", "lastTransitionTime": "t"}],
    },
}


def a_record(*containers: ContainerRecord) -> PodRecord:
    return PodRecord("uid", "n", "p", "127.17.1.1", "start", containers)


def conditions(status: dict[str, Any]) -> dict[str, str]:
    return {one["type"]: one["status"] for one in status["conditions"]}


def test_a_pod_that_serves() -> None:
    container = ContainerRecord("c", "i", state=RUNNING, is_started=True, is_ready=True)

    status = build_status(POD, a_record(container), NOW)

    assert (status["phase"], status["podIP"], status["qosClass"]) == (
        "Running", "127.17.1.1", "Burstable",
    )  # fmt: skip
    assert conditions(status) == {
        "PodReadyToStartContainers": "True", "Initialized": "True", "Ready": "True",
        "ContainersReady": "True", "PodScheduled": "True",
    }  # fmt: skip
    (shown,) = status["containerStatuses"]
    assert shown["state"] == {"running": {"startedAt": RUNNING.started_at}}
    assert (shown["ready"], shown["started"], shown["restartCount"]) == (True, True, 0)


def test_a_container_that_is_not_ready_is_named() -> None:
    container = ContainerRecord("c", "i", state=RUNNING, is_started=True)

    status = build_status(POD, a_record(container), NOW)

    ready = next(one for one in status["conditions"] if one["type"] == "Ready")
    assert (ready["status"], ready["reason"]) == ("False", "ContainersNotReady")
    assert ready["message"] == "containers with unready status: [c]"


def test_a_pod_that_leaves_is_not_ready() -> None:
    container = ContainerRecord("c", "i", state=RUNNING, is_started=True, is_ready=True)

    status = build_status(POD, a_record(container), NOW, is_leaving=True)

    assert conditions(status)["Ready"] == "False"


def test_restarts_show_how_the_last_run_ended() -> None:
    last = Terminated(137, "Error", "killed", "a", "b", signal=9)
    container = ContainerRecord(
        "c", "i", state=Waiting("CrashLoopBackOff", "back-off"), last=last, restart_count=3
    )

    (shown,) = build_status(POD, a_record(container), NOW)["containerStatuses"]

    assert shown["state"] == {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}}
    assert shown["lastState"]["terminated"]["exitCode"] == 137
    assert shown["lastState"]["terminated"]["signal"] == 9
    assert (shown["restartCount"], shown["containerID"]) == (3, "process://uid/c/3")


def test_init_containers_have_a_list_of_their_own() -> None:
    init = ContainerRecord("i", "i", is_init=True, state=Terminated(0, "Completed", "", "a", "b"))
    main = ContainerRecord("c", "i")

    status = build_status(POD, a_record(init, main), NOW)

    assert [one["name"] for one in status["initContainerStatuses"]] == ["i"]
    assert status["initContainerStatuses"][0]["ready"] is True
    assert conditions(status)["Initialized"] == "True"
    assert "containerID" not in status["containerStatuses"][0]


def test_a_conditions_time_moves_with_its_status_only() -> None:
    before = {"type": "Ready", "status": "True", "lastTransitionTime": "then"}

    same = build_condition(before, "Ready", True, ("", ""), NOW)
    other = build_condition(before, "Ready", False, ("Why", "because"), NOW)

    assert same == before
    assert other == {
        "type": "Ready", "status": "False", "lastTransitionTime": NOW, "reason": "Why",
        "message": "because",
    }  # fmt: skip
