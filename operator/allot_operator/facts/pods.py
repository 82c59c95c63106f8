"""A model pod as its status tells of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from allot_api.condition_lookup import find_reason
from allot_api.conditions import ModelAvailableReason
from allot_cluster.interface import Manifest
from allot_operator.words import (
    MODEL_ANNOTATION,
    RUNTIME_CONTAINER,
    SETTINGS_ANNOTATION,
    TEMPLATE_ANNOTATION,
)

IMAGE_REASONS = frozenset({"ErrImagePull", "ImagePullBackOff", "InvalidImageName"})
CRASH_REASON = "CrashLoopBackOff"
OUT_OF_MEMORY_REASON = "OOMKilled"
START_REASONS = frozenset(
    {"CreateContainerConfigError", "CreateContainerError", "RunContainerError"}
)


class Trouble(StrEnum):
    """What keeps a pod from starting, as far as Kubernetes can tell."""

    UNSCHEDULABLE = "Unschedulable"
    IMAGE_NOT_PULLED = "ImageNotPulled"
    OUT_OF_MEMORY = "OutOfMemory"
    CRASH_LOOPING = "CrashLooping"


@dataclass(frozen=True, slots=True)
class LastWords:
    """What the runtime left behind when it ended because of its model."""

    reason: ModelAvailableReason
    message: str


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a pod asks of a node; `memory_limit` is empty where it has none."""

    requests: Mapping[str, str] = field(default_factory=dict)
    memory_limit: str = ""
    node_selector: Mapping[str, str] = field(default_factory=dict)
    has_node_affinity: bool = False


@dataclass(frozen=True, slots=True)
class Pod:
    """One model pod that is not being deleted.

    `settings`, `model` and `template` are the hashes that its template carried.
    `trouble_message` is the scheduler's, the kubelet's or the process's own.
    """

    name: str
    uid: str
    ip: str
    settings: str
    model: str
    is_ready: bool
    is_running: bool
    trouble: Trouble | None = None
    trouble_message: str = ""
    last_words: LastWords | None = None
    template: str = ""
    wishes: Wishes = field(default_factory=Wishes)
    namespace: str = ""


def read_pod(manifest: Manifest) -> Pod | None:
    """Return the pod, or None if it is on its way out: finished or being deleted."""
    metadata, status = manifest["metadata"], manifest.get("status", {})
    if "deletionTimestamp" in metadata or status.get("phase") in {"Succeeded", "Failed"}:
        return None
    annotations = metadata.get("annotations", {})
    container = _runtime(status.get("containerStatuses", ()))
    trouble, message = _trouble(status, container)
    is_ready = _condition(status, "Ready").get("status") == "True"
    return Pod(
        name=metadata["name"],
        uid=metadata["uid"],
        ip=status.get("podIP", ""),
        settings=annotations.get(SETTINGS_ANNOTATION, ""),
        model=annotations.get(MODEL_ANNOTATION, ""),
        is_ready=is_ready,
        is_running="running" in container.get("state", {}),
        trouble=trouble,
        trouble_message=message,
        last_words=None if is_ready else parse_last_words(_ended(container)),
        template=annotations.get(TEMPLATE_ANNOTATION, ""),
        wishes=_wishes(manifest.get("spec", {})),
        namespace=metadata.get("namespace", ""),
    )


def parse_last_words(ended: Mapping[str, Any]) -> LastWords | None:
    """Return why the process ended, if it said so as the runtime does: {"reason", "message"}."""
    try:
        said = json.loads(ended.get("message", ""))
        reason = find_reason(ModelAvailableReason, said["reason"])
        return LastWords(reason, str(said.get("message", ""))) if reason else None
    except (ValueError, KeyError, TypeError):
        return None


def _trouble(status: Mapping[str, Any], container: Mapping[str, Any]) -> tuple[Trouble | None, str]:
    scheduled = _condition(status, "PodScheduled")
    if scheduled.get("reason") == "Unschedulable":
        return Trouble.UNSCHEDULABLE, scheduled.get("message", "")
    # Told also while it starts again: what killed it will most likely do so once more.
    is_ready = _condition(status, "Ready").get("status") == "True"
    if _ended(container).get("reason") == OUT_OF_MEMORY_REASON and not is_ready:
        return Trouble.OUT_OF_MEMORY, describe_end(_ended(container))
    return _waiting_trouble(container)


def _waiting_trouble(container: Mapping[str, Any]) -> tuple[Trouble | None, str]:
    waiting = container.get("state", {}).get("waiting", {})
    reason, message = waiting.get("reason", ""), waiting.get("message", "")
    if reason in IMAGE_REASONS:
        return Trouble.IMAGE_NOT_PULLED, message or reason
    if reason in START_REASONS:
        return Trouble.CRASH_LOOPING, message or reason
    if reason == CRASH_REASON:
        return Trouble.CRASH_LOOPING, describe_end(_ended(container)) or message
    return None, ""


def describe_end(ended: Mapping[str, Any]) -> str:
    """Return one sentence on how a container ended, with its own last words if it left any."""
    if not ended:
        return ""
    words = parse_last_words(ended)
    said = words.message if words else str(ended.get("message", "")).strip()
    how = f"the process ended with exit code {ended.get('exitCode', '?')}"
    if ended.get("reason") not in {None, "Error", "Completed"}:
        how += f" ({ended['reason']})"
    return f"{how}: {said}" if said else how


def _ended(container: Mapping[str, Any]) -> Mapping[str, Any]:
    for state in (container.get("state", {}), container.get("lastState", {})):
        if "terminated" in state:
            ended: Mapping[str, Any] = state["terminated"]
            return ended
    return {}


def _wishes(spec: Mapping[str, Any]) -> Wishes:
    resources = _runtime(spec.get("containers", ())).get("resources", {})
    return Wishes(
        requests=resources.get("requests", {}),
        memory_limit=resources.get("limits", {}).get("memory", ""),
        node_selector=spec.get("nodeSelector", {}),
        has_node_affinity="nodeAffinity" in spec.get("affinity", {}),
    )


def _runtime(containers: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    return next((one for one in containers if one.get("name") == RUNTIME_CONTAINER), {})


def _condition(status: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    return next((one for one in status.get("conditions", ()) if one.get("type") == kind), {})
