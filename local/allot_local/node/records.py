"""What the agent knows of a pod's containers; stored in the pod's folder at every change.

A container's state is one of Waiting, Running and Terminated, as in the API.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from allot_local.processes import Process


@dataclass(frozen=True, slots=True)
class Waiting:
    """The container does not run yet, or not again yet."""

    reason: str = "ContainerCreating"
    message: str = ""


@dataclass(frozen=True, slots=True)
class Running:
    """The container's process: id, its start time in seconds since the epoch, an RFC 3339 time."""

    pid: int
    process_started: float
    started_at: str


@dataclass(frozen=True, slots=True)
class Terminated:
    """How the container's process ended; times in RFC 3339."""

    exit_code: int
    reason: str
    message: str
    started_at: str
    finished_at: str
    signal: int = 0


State = Waiting | Running | Terminated
STATES: dict[str, type[State]] = {"waiting": Waiting, "running": Running, "terminated": Terminated}


@dataclass(frozen=True, slots=True)
class ContainerRecord:
    """One container: its state, the last end, how often it was started again, and its probes."""

    name: str
    image: str
    is_init: bool = False
    state: State = field(default_factory=Waiting)
    last: Terminated | None = None
    restart_count: int = 0
    is_started: bool = False
    is_ready: bool = False

    @property
    def is_done(self) -> bool:
        """Whether the container ended without error."""
        return isinstance(self.state, Terminated) and self.state.exit_code == 0

    def running(self, state: Running, *, is_started: bool, is_ready: bool) -> ContainerRecord:
        """Return the record of a process that has just started."""
        return replace(self, state=state, is_started=is_started, is_ready=is_ready)

    def ended(self, state: Terminated) -> ContainerRecord:
        """Return the record of a process that has ended."""
        return replace(self, state=state, is_started=False, is_ready=False)

    def waiting_again(self, reason: str, message: str) -> ContainerRecord:
        """Return the record of a container that will be started again."""
        last = self.state if isinstance(self.state, Terminated) else self.last
        return replace(self, state=Waiting(reason, message), last=last)

    def restarting(self) -> ContainerRecord:
        """Return the record with one more start counted."""
        last = self.state if isinstance(self.state, Terminated) else self.last
        return replace(self, last=last, restart_count=self.restart_count + 1)


@dataclass(frozen=True, slots=True)
class PodRecord:
    """A pod: its address, when the agent first saw it, and its containers in order."""

    uid: str
    namespace: str
    name: str
    address: str
    start_time: str
    containers: tuple[ContainerRecord, ...]

    def container(self, name: str) -> ContainerRecord:
        """Return the container of the name."""
        return next(one for one in self.containers if one.name == name)

    def with_container(self, container: ContainerRecord) -> PodRecord:
        """Return the record with one container replaced."""
        changed = tuple(container if c.name == container.name else c for c in self.containers)
        return replace(self, containers=changed)


def new_record(pod: Mapping[str, Any], address: str, now: str) -> PodRecord:
    """Return the record of a pod that the node has not seen before."""
    spec, metadata = pod["spec"], pod["metadata"]
    init = spec.get("initContainers", [])
    waiting = Waiting("PodInitializing" if init else "ContainerCreating")
    containers = [ContainerRecord(one["name"], one["image"], is_init=True) for one in init]
    containers += [
        ContainerRecord(one["name"], one["image"], state=waiting) for one in spec["containers"]
    ]
    return PodRecord(
        uid=metadata["uid"],
        namespace=metadata["namespace"],
        name=metadata["name"],
        address=address,
        start_time=now,
        containers=tuple(containers),
    )


def running_processes(record: PodRecord | None) -> list[Process]:
    """Return the processes of a pod's running containers."""
    states = [container.state for container in record.containers] if record else []
    return [Process(s.pid, s.process_started) for s in states if isinstance(s, Running)]


def dump(record: PodRecord) -> str:
    """Return the record as JSON."""
    content = asdict(record)
    for container, stored in zip(record.containers, content["containers"], strict=True):
        stored["state"]["kind"] = type(container.state).__name__.lower()
    return json.dumps(content)


def load(text: str) -> PodRecord:
    """Read what `dump` wrote."""
    content = json.loads(text)
    containers = tuple(load_container(stored) for stored in content.pop("containers"))
    return PodRecord(**content, containers=containers)


def load_container(stored: dict[str, Any]) -> ContainerRecord:
    """Read one container of a stored record."""
    state = dict(stored.pop("state"))
    kind = STATES[state.pop("kind")]
    last = stored.pop("last")
    return ContainerRecord(
        **stored, state=kind(**state), last=Terminated(**last) if last is not None else None
    )
