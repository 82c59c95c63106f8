"""The way to each pod of a deployment, and whether one that failed can be reached again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from allot_gateway.view.workloads import ServingPod
from allot_protocol.pods.answers import CutShort, Overdue, Unanswered
from allot_protocol.pods.pool import PodPool

READY_PATH, READY = "/readyz", 200
PROBE_SECONDS = 2.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.05, 2.0


class PodAccess:
    """Pools of connections by the pod's uid; `readmit` is called with who is ready again."""

    def __init__(self, readmit: Callable[[str], None]) -> None:
        self._readmit = readmit
        self._pools: dict[str, PodPool] = {}
        self._names: dict[str, str] = {}
        self._probes: dict[str, asyncio.Task[None]] = {}

    def see(self, pods: Iterable[ServingPod]) -> None:
        """Take in which pods there are; what is at others goes on until it ends."""
        there = {pod.uid: pod for pod in pods if pod.ip}
        for uid in self._pools.keys() - there.keys():
            self._pools.pop(uid).retire()
            del self._names[uid]
            if (probe := self._probes.pop(uid, None)) is not None:
                probe.cancel()
        for uid, pod in there.items():
            known = self._pools.get(uid)
            if known is None or (known.ip, known.port) != (pod.ip, pod.port):
                if known is not None:
                    known.retire()
                self._pools[uid] = PodPool(pod.ip, pod.port)
                self._names[uid] = pod.name

    def pool(self, uid: str) -> PodPool:
        """Return the connections to a pod; raises Unanswered where it has gone meanwhile."""
        pool = self._pools.get(uid)
        if pool is None:
            raise Unanswered("the pod is gone", was_sent=False)
        return pool

    def name(self, uid: str) -> str:
        """Return a pod's name; its uid where it is gone."""
        return self._names.get(uid, uid)

    def probe(self, uid: str) -> None:
        """Find out when a pod is ready again."""
        if uid not in self._probes and uid in self._pools:
            self._probes[uid] = asyncio.create_task(self._probe(uid))

    def prune(self, now: float) -> None:
        """Close connections that have been idle for long."""
        for pool in self._pools.values():
            pool.prune(now)

    async def close(self) -> None:
        """End everything."""
        probes = tuple(self._probes.values())
        for probe in probes:
            probe.cancel()
        await asyncio.gather(*probes, return_exceptions=True)
        for pool in self._pools.values():
            pool.close()

    async def _probe(self, uid: str) -> None:
        pause = FIRST_PAUSE_SECONDS
        while uid in self._pools:
            await asyncio.sleep(pause)
            if await _is_ready(self._pools[uid]):
                break
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        self._probes.pop(uid, None)
        self._readmit(uid)


async def _is_ready(pool: PodPool) -> bool:
    due = asyncio.get_running_loop().time() + PROBE_SECONDS
    try:
        return (await pool.get_anew(READY_PATH, due)).status == READY
    except (Unanswered, CutShort, Overdue):
        return False
