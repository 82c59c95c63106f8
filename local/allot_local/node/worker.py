"""One pod's life on the node: prepare, start containers in order, keep them, end them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from allot_local.node import disk, execution
from allot_local.node.balancing.backends import Backend, build_backend
from allot_local.node.container import ContainerLoop
from allot_local.node.context import Node
from allot_local.node.environment import build_environment
from allot_local.node.errors import ApiError, NodeError, NotConfigured, NotThereYet
from allot_local.node.events import NORMAL, WARNING
from allot_local.node.folders import PodFolder
from allot_local.node.images import build_command
from allot_local.node.material import Material, fetch_material
from allot_local.node.phase import Phase, decide_phase
from allot_local.node.pod_status import build_status
from allot_local.node.records import ContainerRecord, Waiting, new_record, running_processes
from allot_local.node.volumes import service_account_volume

logger = logging.getLogger(__name__)

DEFAULT_GRACE_SECONDS = 30
RETRY_SECONDS = 2.0
NOT_FOUND = 404
CONFLICT = 409


@dataclass(frozen=True, slots=True)
class Leaving:
    """The order to end a pod, with the seconds that its programs may take."""

    grace_seconds: float


class PodWorker:
    """Runs one pod until it is deleted; `pod` is the newest version from the API server."""

    def __init__(self, node: Node, pod: Mapping[str, Any], address: str) -> None:
        self.node = node
        self.pod = pod
        self.folder = PodFolder(node.settings.root / "pods" / pod["metadata"]["uid"])
        self.record = disk.load_record(self.folder) or new_record(pod, address, node.now())
        self._changed = asyncio.Event()
        self._leaving: asyncio.Future[Leaving] = asyncio.get_running_loop().create_future()
        self._loops: dict[str, ContainerLoop] = {}

    @property
    def metadata(self) -> Mapping[str, Any]:
        """The pod's metadata."""
        found: Mapping[str, Any] = self.pod["metadata"]
        return found

    @property
    def path(self) -> str:
        """The pod's path in the API."""
        return f"/api/v1/namespaces/{self.metadata['namespace']}/pods/{self.metadata['name']}"

    @property
    def policy(self) -> str:
        """The pod's restart policy."""
        return str(self.pod["spec"].get("restartPolicy", "Always"))

    @property
    def backend(self) -> Backend:
        """The pod as Services see it."""
        return build_backend(self.pod, self.record, is_leaving=self._leaving.done())

    def update(self, pod: Mapping[str, Any]) -> None:
        """Take a newer version of the pod; one that is being deleted is ended."""
        self.pod = pod
        metadata = pod["metadata"]
        if "deletionTimestamp" in metadata:
            default = pod["spec"].get("terminationGracePeriodSeconds", DEFAULT_GRACE_SECONDS)
            self.leave(float(metadata.get("deletionGracePeriodSeconds", default)))

    def leave(self, grace_seconds: float) -> None:
        """Order the pod's end; the first order counts."""
        if not self._leaving.done():
            self._leaving.set_result(Leaving(grace_seconds))

    def change(self, container: ContainerRecord) -> None:
        """Take a container's new record, store it, and have the status written."""
        self.record = self.record.with_container(container)
        disk.save_record(self.folder, self.record)
        self._changed.set()

    async def event(self, type_: str, reason: str, message: str, container: str = "") -> None:
        """Record an Event about the pod."""
        await self.node.recorder.record(self.pod, type_, reason, message, container)

    async def run(self) -> None:
        """Run the pod until it is ordered to leave, then end it and take it out of the API."""
        disk.save_record(self.folder, self.record)
        self._changed.set()
        life = asyncio.create_task(self._live())
        statuses = asyncio.create_task(self._write_statuses())
        try:
            leaving = await self._leaving
            await cancel(life)
            await self._end(leaving)
        finally:
            # Also when the node itself stops: nothing of the pod may start again then.
            await cancel(life)
            await cancel(statuses)

    async def _live(self) -> None:
        try:
            await self._live_out()
        except Exception:
            # One pod's fault must not take the node down; the log has the whole of it.
            logger.exception("pod %s", self.metadata["name"])

    async def _live_out(self) -> None:
        if decide_phase(self.policy, self.record.containers) in (Phase.SUCCEEDED, Phase.FAILED):
            return
        material = await self._prepare()
        init = self.pod["spec"].get("initContainers", [])
        for spec in init:
            if not self.record.container(spec["name"]).is_done:
                await self._loop(spec, material).run()
            if not self.record.container(spec["name"]).is_done:
                return
        async with asyncio.TaskGroup() as group:
            group.create_task(self._refresh_tokens(material))
            for spec in self.pod["spec"]["containers"]:
                group.create_task(self._loop(spec, material).run())

    def _environment(self, spec: Mapping[str, Any], material: Material) -> dict[str, str]:
        return build_environment(
            self.pod,
            spec,
            lookup=material.lookup,
            address=self.record.address,
            allocatable=self.node.settings.allocatable,
        )

    def _loop(self, spec: Mapping[str, Any], material: Material) -> ContainerLoop:
        environment = self._environment(spec, material)
        found = ContainerLoop(
            self, spec, self.node.base_environment(self.folder, spec) | environment
        )
        self._loops[spec["name"]] = found
        return found

    async def _prepare(self) -> Material:
        """Check what the pod asks for and lay out its volumes, trying until it is there."""
        while True:
            try:
                self._check()
                material = await fetch_material(self.node.api, self.pod, self.record.address)
                self._lay_out(material)
                self._check_environments(material)
                return material
            except NotConfigured as error:
                text = str(error)
                await self._say_waiting("CreateContainerConfigError", text, "Failed", text)
            except NotThereYet as error:
                await self._say_waiting("ContainerCreating", "", "FailedMount", str(error))
            except ApiError as error:
                await self._say_waiting("ContainerCreating", str(error), "FailedMount", str(error))
            except NodeError as error:
                reason = type(error).__name__
                await self._say_waiting(reason, str(error), "Failed", str(error))
            await asyncio.sleep(RETRY_SECONDS)

    async def _say_waiting(self, reason: str, message: str, event: str, text: str) -> None:
        for container in self.record.containers:
            waiting = Waiting(reason, message)
            if isinstance(container.state, Waiting) and container.state != waiting:
                self.change(replace(container, state=waiting))
        await self.event(WARNING, event, text)

    def _check(self) -> None:
        """Raise a NodeError when the pod can't run here at all."""
        for container in self._containers:
            build_command(
                container["image"], self.node.settings.images, command=container.get("command", ())
            )

    def _check_environments(self, material: Material) -> None:
        """Raise NotConfigured when a variable refers to what is not there yet."""
        for spec in self._containers:
            try:
                self._environment(spec, material)
            except NotThereYet as error:
                raise NotConfigured(str(error)) from error

    @property
    def _containers(self) -> list[Mapping[str, Any]]:
        spec = self.pod["spec"]
        return [*spec.get("initContainers", []), *spec["containers"]]

    def _lay_out(self, material: Material) -> None:
        for name, files in material.volumes.items():
            disk.write_volume(self.folder, name, files)
        for container in self._containers:
            disk.lay_out_mounts(self.folder, container["name"], container.get("volumeMounts", []))
        account = service_account_volume(self.pod)
        if account is not None:
            token = self.folder.volume(account["name"]) / "token"
            api = self.node.api
            disk.write_kubeconfig(self.folder, api.server, token, api.authority)

    async def _refresh_tokens(self, material: Material) -> None:
        """Fetch tokens anew before they end, for as long as the pod lives."""
        while material.refresh_seconds is not None:
            await asyncio.sleep(material.refresh_seconds)
            try:
                fresh = await fetch_material(self.node.api, self.pod, self.record.address)
            except NodeError as error:
                logger.warning("tokens of %s: %s", self.metadata["name"], error)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            for name, files in fresh.volumes.items():
                disk.write_volume(self.folder, name, files)

    async def _end(self, leaving: Leaving) -> None:
        self._changed.set()
        await asyncio.gather(
            *(self._end_container(one, leaving.grace_seconds) for one in self._loops.values())
        )
        for process in running_processes(self.record):
            # Left by an earlier agent, and never taken over.
            await execution.end(process, leaving.grace_seconds)
        status = self._status()
        try:
            await self.node.api.patch(f"{self.path}/status", {"status": status})
        except ApiError as error:
            logger.info("last status of %s: %s", self.metadata["name"], error)

    async def _end_container(self, loop: ContainerLoop, grace_seconds: float) -> None:
        if loop.process is not None and loop.process.find() is not None:
            await self.event(NORMAL, "Killing", f"Stopping container {loop.name}", loop.name)
        await loop.end(grace_seconds)

    async def remove(self) -> None:
        """Take the ended pod out of the API, unless another of its name has come."""
        precondition = {"uid": self.metadata["uid"]}
        try:
            await self.node.api.call(
                "DELETE", self.path, {"gracePeriodSeconds": 0, "preconditions": precondition}
            )
        except ApiError as error:
            if error.status not in (NOT_FOUND, CONFLICT):
                raise

    def forget(self) -> None:
        """Remove the pod's folder."""
        disk.remove(self.folder)
        self.node.recorder.forget(self.metadata["uid"])

    def _status(self) -> dict[str, Any]:
        return build_status(self.pod, self.record, self.node.now(), is_leaving=self._leaving.done())

    async def _write_statuses(self) -> None:
        """Write the status whenever a record has changed; unwritten ones are tried again."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                written = await self.node.api.patch(
                    f"{self.path}/status", {"status": self._status()}
                )
            except ApiError as error:
                if error.status == NOT_FOUND:
                    return
                logger.warning("status of %s: %s", self.metadata["name"], error)
                await asyncio.sleep(RETRY_SECONDS)
                self._changed.set()
                continue
            # The API server's conditions are the ground for the next transition times.
            self.pod = {**self.pod, "status": written["status"]}


async def cancel(task: asyncio.Task[None]) -> None:
    """End a task and wait for its end."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
