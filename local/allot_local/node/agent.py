"""The agent: registers the node, watches its pods, gives each a worker, ends them all."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from allot_local.clock import rfc3339, rfc3339_micro
from allot_local.node import disk, execution
from allot_local.node.addresses import choose_address
from allot_local.node.api import Api, follow
from allot_local.node.balancing.backends import Backend
from allot_local.node.balancing.balancer import Balancer
from allot_local.node.citizen import RENEW_SECONDS, build_lease, build_node, build_node_status
from allot_local.node.context import Node
from allot_local.node.errors import ApiError
from allot_local.node.folders import PodFolder
from allot_local.node.records import PodRecord, running_processes
from allot_local.node.worker import PodWorker

logger = logging.getLogger(__name__)

CONFLICT = 409
NOT_FOUND = 404
RETRY_SECONDS = 1.0
LOG_CHECK_SECONDS = 30.0
# Pods that are ended with the node get less time than a deletion would give.
SHUTDOWN_GRACE_SECONDS = 10.0


class Agent:
    """Runs the pods that the scheduler binds to the node."""

    def __init__(self, node: Node, services: Api) -> None:
        """Take the node, and the API server as seen by who writes Services' addresses."""
        self._node = node
        self._balancer = Balancer(services, node.settings.pod_network, self.backends)
        self._api: Api = node.api
        self._workers: dict[str, PodWorker] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._last_address = ""

    def find_pod(self, namespace: str, name: str) -> tuple[PodFolder, PodRecord] | None:
        """Return a pod's folder and record by name."""
        for worker in self._workers.values():
            if (worker.metadata["namespace"], worker.metadata["name"]) == (namespace, name):
                return worker.folder, worker.record
        return None

    def backends(self) -> list[Backend]:
        """Return the node's pods as Services see them."""
        return [worker.backend for worker in self._workers.values()]

    async def run(self, stop: asyncio.Event) -> None:
        """Be the node until told to stop, then end every pod's processes."""
        uid = await self._register()
        background = [
            asyncio.create_task(self._renew(uid)),
            asyncio.create_task(self._watch()),
            asyncio.create_task(self._bound_logs()),
            asyncio.create_task(self._balancer.run()),
        ]
        ended = asyncio.create_task(stop.wait())
        await asyncio.wait([ended, *background], return_when=asyncio.FIRST_COMPLETED)
        for task in [ended, *background]:
            task.cancel()
        results = await asyncio.gather(ended, *background, return_exceptions=True)
        await self._shut_down()
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _register(self) -> str:
        """Create the Node, or find it; returns its uid. Waits for the API server."""
        path = f"/api/v1/nodes/{self._node.settings.name}"
        while True:
            try:
                found = await self._api.get(path)
                if found is None:
                    found = await self._api.call(
                        "POST", "/api/v1/nodes", build_node(self._node.settings)
                    )
                status = build_node_status(self._node.settings, found.get("status", {}), rfc3339())
                await self._api.patch(f"{path}/status", {"status": status})
                return str(found["metadata"]["uid"])
            except ApiError as error:
                logger.warning("registering the node: %s", error)
                await asyncio.sleep(RETRY_SECONDS)

    async def _renew(self, uid: str) -> None:
        """Renew the node's Lease for ever."""
        leases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
        name = self._node.settings.name
        while True:
            lease = build_lease(self._node.settings, uid, rfc3339_micro())
            try:
                await self._api.patch(f"{leases}/{name}", {"spec": lease["spec"]})
            except ApiError as error:
                if error.status == NOT_FOUND:
                    with suppress(ApiError):
                        await self._api.call("POST", leases, lease)
                else:
                    logger.warning("renewing the node's lease: %s", error)
            await asyncio.sleep(RENEW_SECONDS)

    async def _watch(self) -> None:
        """Follow the pods that are bound to the node."""
        selector = {"fieldSelector": f"spec.nodeName={self._node.settings.name}"}
        async for event in follow(self._api, "/api/v1/pods", selector):
            if event["type"] == "SYNCED":
                self._sync(event["objects"])
            elif event["type"] == "DELETED":
                self._vanished(event["object"]["metadata"]["uid"])
            else:
                self._seen(event["object"])

    def _sync(self, pods: list[dict[str, Any]]) -> None:
        """Take a list of all pods; what is not in it is gone, its processes too."""
        listed = {pod["metadata"]["uid"] for pod in pods}
        for uid in set(self._workers) - listed:
            self._vanished(uid)
        self._sweep(listed | set(self._workers))
        for pod in pods:
            self._seen(pod)

    def _sweep(self, known: set[str]) -> None:
        """End and remove what an earlier agent left of pods that are gone."""
        home = self._node.settings.root / "pods"
        for path in home.iterdir() if home.is_dir() else ():
            if path.name not in known:
                folder = PodFolder(path)
                kill_all(disk.load_record(folder))
                disk.remove(folder)

    def _seen(self, pod: Mapping[str, Any]) -> None:
        uid = pod["metadata"]["uid"]
        worker = self._workers.get(uid)
        if worker is None:
            # Between choosing an address and the worker's record nothing else runs.
            taken = {one.record.address for one in self._workers.values()} | self._stored()
            self._last_address = choose_address(
                self._node.settings.pod_network, taken, self._last_address
            )
            worker = self._workers[uid] = PodWorker(self._node, pod, self._last_address)
            self._tasks[uid] = asyncio.create_task(self._work(uid, worker))
        worker.update({**pod, "status": pod.get("status", {})})

    def _stored(self) -> set[str]:
        """Return the addresses of pods that an earlier agent ran."""
        home = self._node.settings.root / "pods"
        records = (disk.load_record(PodFolder(p)) for p in home.iterdir()) if home.is_dir() else ()
        return {record.address for record in records if record is not None}

    def _vanished(self, uid: str) -> None:
        """End a pod that the API server no longer has: at once, nobody waits for it."""
        worker = self._workers.get(uid)
        if worker is not None:
            worker.leave(0)

    async def _work(self, uid: str, worker: PodWorker) -> None:
        """Run a worker to its end, and take the pod out of the API when it was deleted."""
        try:
            await worker.run()
            while "deletionTimestamp" in worker.metadata:
                try:
                    await worker.remove()
                    break
                except ApiError as error:
                    logger.warning("removing pod %s: %s", worker.metadata["name"], error)
                    await asyncio.sleep(RETRY_SECONDS)
            worker.forget()
        finally:
            self._workers.pop(uid, None)
            self._tasks.pop(uid, None)

    async def _bound_logs(self) -> None:
        """Keep the running containers' logs from filling the disk."""
        while True:
            await asyncio.sleep(LOG_CHECK_SECONDS)
            for worker in self._workers.values():
                for container in worker.record.containers:
                    disk.bound_log(worker.folder.log(container.name, container.restart_count))

    async def _shut_down(self) -> None:
        """End every pod's processes; the pods stay in the API, for the next start."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        home = self._node.settings.root / "pods"
        records = [disk.load_record(PodFolder(p)) for p in home.iterdir()] if home.is_dir() else []
        await asyncio.gather(
            *(
                execution.end(process, SHUTDOWN_GRACE_SECONDS)
                for record in records
                for process in running_processes(record)
            )
        )


def kill_all(record: PodRecord | None) -> None:
    """End a pod's processes at once."""
    for process in running_processes(record):
        if process.find() is not None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
