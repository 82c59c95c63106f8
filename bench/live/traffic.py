"""Requests at the moments that a load names, to the ready pod with the fewest tokens out."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass, field

import aiohttp

from allot_cluster.connection import connect
from allot_cluster.interface import ChangeType, Cluster, Manifest
from allot_cluster.resources import DEPLOYMENTS, PODS
from allot_cluster.routing import is_routable
from bench.errors import BrokenRun
from bench.live.loads import write_text
from bench.live.scene import NAMESPACE, PATH, Scene
from bench.scaling.load import Load

PORT = 8080
DEADLINE_SECONDS = 30.0
SYNC_SECONDS = 30.0
LOOK_SECONDS = 1.0
HTTP_OK, TOO_MANY, TOO_LATE = 200, 429, 408


@dataclass(frozen=True, slots=True)
class Look:
    """How things stood at one second of the load."""

    second: float
    target: int
    serving: int
    waiting_inputs: int


@dataclass(slots=True)
class Sent:
    """What became of a load: seconds to each answer, and how things stood meanwhile."""

    latencies: list[float] = field(default_factory=list)
    late: int = 0
    refused: int = 0
    failed: list[str] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)

    def take(self, status: int, seconds: float) -> None:
        """Count an answer."""
        if status == HTTP_OK:
            self.latencies.append(seconds)
        elif status == TOO_MANY:
            self.refused += 1
        elif status == TOO_LATE:
            self.late += 1
        else:
            self.failed.append(f"status {status}")


@dataclass(slots=True)
class Router:
    """The ready pods, with the tokens that were sent to each and have no answer yet."""

    pods: dict[str, str] = field(default_factory=dict)
    outstanding: dict[str, int] = field(default_factory=dict)
    target: int = 0

    def note(self, kind: ChangeType, pod: Manifest) -> None:
        """Take in one step of the watch over pods."""
        if kind is ChangeType.SYNCED:
            return
        name = pod["metadata"]["name"]
        self.pods.pop(name, None)
        if kind is not ChangeType.DELETED and is_routable(pod):
            self.pods[name] = pod["status"]["podIP"]
            self.outstanding.setdefault(name, 0)

    def choose(self) -> str | None:
        """Return the pod with the fewest tokens out."""
        return min(self.pods, key=lambda name: self.outstanding[name], default=None)


async def send_load(scene: Scene, load: Load) -> Sent:
    """Send a load in its own time, and return what became of it."""
    sent, router, synced, known = Sent(), Router(), asyncio.Event(), asyncio.Event()
    selector = scene.selector
    cluster = await connect(kubeconfig=str(scene.cluster.kubeconfig), user_agent="allot-bench")
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0),
        timeout=aiohttp.ClientTimeout(total=DEADLINE_SECONDS + 5.0),
        trust_env=False,
    )
    async with cluster, session:
        followers = [
            asyncio.create_task(_follow_pods(cluster, selector, router, synced)),
            asyncio.create_task(_follow_target(cluster, selector, router, known)),
        ]
        try:
            await asyncio.wait_for(synced.wait(), SYNC_SECONDS)
            await asyncio.wait_for(known.wait(), SYNC_SECONDS)
            began = time.monotonic()
            watching = asyncio.create_task(_watch(sent, router, began, load))
            followers.append(watching)
            await _send_all(session, router, load, sent, began)
            await watching
        except TimeoutError as error:
            raise BrokenRun("the pods could not be listed") from error
        finally:
            for task in followers:
                task.cancel()
            await asyncio.gather(*followers, return_exceptions=True)
    return sent


async def _send_all(
    session: aiohttp.ClientSession, router: Router, load: Load, sent: Sent, began: float
) -> None:
    async with asyncio.TaskGroup() as group:
        for moment, tokens in zip(load.times.tolist(), load.tokens.tolist(), strict=True):
            await asyncio.sleep(max(0.0, began + moment - time.monotonic()))
            group.create_task(_send(session, router, int(tokens), sent))


async def _send(session: aiohttp.ClientSession, router: Router, tokens: int, sent: Sent) -> None:
    name = router.choose()
    if name is None:
        sent.failed.append("no pod is ready")
        return
    url = f"http://{router.pods[name]}:{PORT}{PATH}?timeout={DEADLINE_SECONDS:.0f}s"
    router.outstanding[name] += tokens
    began = time.monotonic()
    try:
        async with session.post(url, json={"input": write_text(tokens)}) as answer:
            await answer.read()
            sent.take(answer.status, time.monotonic() - began)
    except (aiohttp.ClientError, TimeoutError) as error:
        sent.failed.append(repr(error))
    finally:
        router.outstanding[name] -= tokens


async def _watch(sent: Sent, router: Router, began: float, load: Load) -> None:
    """Look once a second until the load is over."""
    while (second := time.monotonic() - began) < load.seconds:
        tokens = sum(router.outstanding.values())
        waiting = round(tokens / max(1.0, load.mean_tokens))
        sent.looks.append(Look(second, router.target, len(router.pods), waiting))
        await asyncio.sleep(LOOK_SECONDS)


async def _follow_pods(
    cluster: Cluster, selector: str, router: Router, synced: asyncio.Event
) -> None:
    changes = cluster.watch(PODS, namespace=NAMESPACE, label_selector=selector)
    async with aclosing(changes):
        async for change in changes:
            router.note(change.type, change.object)
            if change.type is ChangeType.SYNCED:
                synced.set()


async def _follow_target(
    cluster: Cluster, selector: str, router: Router, known: asyncio.Event
) -> None:
    changes = cluster.watch(DEPLOYMENTS, namespace=NAMESPACE, label_selector=selector)
    async with aclosing(changes):
        async for change in changes:
            if change.type is not ChangeType.SYNCED:
                router.target = change.object["spec"]["replicas"]
                known.set()
