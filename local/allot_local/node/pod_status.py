"""A pod's status as the API shows it, from the agent's record. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from allot_local.node.phase import Phase, decide_phase
from allot_local.node.records import ContainerRecord, PodRecord, Running, State, Terminated, Waiting

HOST_ADDRESS = "127.0.0.1"


def build_status(
    pod: Mapping[str, Any], record: PodRecord, now: str, *, is_leaving: bool = False
) -> dict[str, Any]:
    """Return the whole status; `now` (RFC 3339) dates conditions that change.

    `is_leaving` makes a pod that is being ended unready.
    """
    policy = pod["spec"].get("restartPolicy", "Always")
    main = [one for one in record.containers if not one.is_init]
    init = [one for one in record.containers if one.is_init]
    phase = decide_phase(policy, record.containers)
    status: dict[str, Any] = {
        "phase": phase.value,
        "hostIP": HOST_ADDRESS,
        "hostIPs": [{"ip": HOST_ADDRESS}],
        "podIP": record.address,
        "podIPs": [{"ip": record.address}],
        "startTime": record.start_time,
        "qosClass": pod.get("status", {}).get("qosClass"),
        "conditions": build_conditions(pod, record, phase, now, is_leaving=is_leaving),
        "containerStatuses": [build_container_status(one, record.uid) for one in main],
    }
    if init:
        status["initContainerStatuses"] = [build_container_status(o, record.uid) for o in init]
    return status


def build_container_status(container: ContainerRecord, uid: str) -> dict[str, Any]:
    """Return one container's status."""
    has_run = not isinstance(container.state, Waiting) or container.last is not None
    status: dict[str, Any] = {
        "name": container.name,
        "image": container.image,
        "imageID": container.image if has_run else "",
        "ready": container.is_done if container.is_init else container.is_ready,
        "started": container.is_started,
        "restartCount": container.restart_count,
        "state": build_state(container.state, uid, container.name),
    }
    if has_run:
        status["containerID"] = container_id(uid, container.name, container.restart_count)
    if container.last is not None:
        status["lastState"] = build_state(container.last, uid, container.name)
    return status


def container_id(uid: str, name: str, restart_count: int) -> str:
    """Return an id for one start of a container."""
    return f"process://{uid}/{name}/{restart_count}"


def build_state(state: State, uid: str, name: str) -> dict[str, Any]:
    """Return a container state in the API's shape."""
    match state:
        case Waiting(reason, message):
            return {"waiting": {"reason": reason, **({"message": message} if message else {})}}
        case Running():
            return {"running": {"startedAt": state.started_at}}
        case Terminated():
            ended: dict[str, Any] = {
                "exitCode": state.exit_code,
                "reason": state.reason,
                "startedAt": state.started_at,
                "finishedAt": state.finished_at,
                "containerID": f"process://{uid}/{name}",
            }
            if state.message:
                ended["message"] = state.message
            if state.signal:
                ended["signal"] = state.signal
            return {"terminated": ended}


def build_conditions(
    pod: Mapping[str, Any], record: PodRecord, phase: Phase, now: str, *, is_leaving: bool
) -> list[dict[str, Any]]:
    """Return the pod's conditions; those of others (the scheduler's) are kept."""
    main = [one for one in record.containers if not one.is_init]
    unready = [one.name for one in main if not one.is_ready]
    is_over = phase in (Phase.SUCCEEDED, Phase.FAILED)
    initialized = all(one.is_done for one in record.containers if one.is_init)
    ready = not unready and not is_leaving and not is_over
    why = ("PodCompleted", "") if is_over else ("ContainersNotReady", unready_message(unready))
    facts = {
        "PodReadyToStartContainers": (not is_over, ("", "")),
        "Initialized": (initialized, ("ContainersNotInitialized", "")),
        "Ready": (ready, why),
        "ContainersReady": (not unready and not is_over, why),
    }
    before = {c["type"]: c for c in pod.get("status", {}).get("conditions", [])}
    ours = [
        build_condition(before.get(type_), type_, is_true, why if not is_true else ("", ""), now)
        for type_, (is_true, why) in facts.items()
    ]
    return [*ours, *(c for c in before.values() if c["type"] not in facts)]


def unready_message(names: Sequence[str]) -> str:
    """Return a kubelet's sentence about containers that are not ready."""
    return f"containers with unready status: [{' '.join(names)}]" if names else ""


def build_condition(
    before: Mapping[str, Any] | None, type_: str, is_true: bool, why: tuple[str, str], now: str
) -> dict[str, Any]:
    """Return a condition; its transition time stays while its status does."""
    status = "True" if is_true else "False"
    is_same = before is not None and before["status"] == status
    condition: dict[str, Any] = {
        "type": type_,
        "status": status,
        "lastTransitionTime": before["lastTransitionTime"] if before and is_same else now,
    }
    reason, message = why
    if reason:
        condition["reason"] = reason
    if message:
        condition["message"] = message
    return condition
