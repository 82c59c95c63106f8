"""A constant stream of requests to the ready pods of a deployment, which retries nothing.

The client is what any router in a cluster is: it follows Pods by label, and sends to one that is
ready and not on its way out. A request that fails, or finds no pod, is kept with what it met.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from http import HTTPStatus
from pathlib import Path

import aiohttp

from allot_cluster.connection import connect
from allot_cluster.interface import ChangeType, Manifest
from allot_cluster.resources import PODS
from allot_cluster.routing import is_routable

PORT = 8080
CLIENTS = 4
SYNC_SECONDS = 30.0
ANSWER_SECONDS = 30.0
# More than the 8 tokens that a first revision reads.
INPUT = "a password for the mail of my old account at the bank"


class Stream:
    """What became of the requests so far."""

    def __init__(self) -> None:
        self.answers = 0
        self.failures: list[str] = []
        self.served_by: set[str] = set()
        self.truncated: set[bool] = set()
        self._ready: dict[str, str] = {}
        self._under_way: Counter[str] = Counter()
        self._turn = itertools.count()
        self._is_open = True

    def end(self) -> None:
        """Have every client stop after the request that it is at."""
        self._is_open = False

    def note(self, kind: ChangeType, pod: Manifest) -> None:
        """Take in one step of the watch."""
        if kind is ChangeType.SYNCED:
            return
        name = pod["metadata"]["name"]
        self._ready.pop(name, None)
        if kind is not ChangeType.DELETED and is_routable(pod):
            self._ready[name] = pod["status"]["podIP"]

    async def send(self, client: aiohttp.ClientSession, path: str) -> None:
        """Send one request after the other."""
        while self._is_open:
            if not self._ready:
                self.failures.append("no pod is ready")
                await asyncio.sleep(0.05)
                continue
            name = self._choose()
            url = f"http://{self._ready[name]}:{PORT}{path}"
            self._under_way[name] += 1
            try:
                async with client.post(url, json={"input": [INPUT]}) as answer:
                    self._record(name, answer.status, await answer.text())
            except (aiohttp.ClientError, TimeoutError) as error:
                self.failures.append(f"{name}: {error!r}")
            finally:
                self._under_way[name] -= 1

    def _choose(self) -> str:
        """Return the pod with the fewest requests under way, of several the next in turn.

        Taken in turn alone, a pod that is a little slower would come to have them all.
        """
        names = sorted(self._ready)
        turn = next(self._turn) % len(names)
        return min(names[turn:] + names[:turn], key=lambda name: self._under_way[name])

    def _record(self, name: str, status: int, text: str) -> None:
        if status != HTTPStatus.OK:
            self.failures.append(f"{name}: {status} {text}")
            return
        self.answers += 1
        self.served_by.add(name)
        (result,) = json.loads(text)["sparse_embedding"]
        self.truncated.add(result["is_truncated"])


def open_client() -> aiohttp.ClientSession:
    """Return a client that has as many requests under way as are sent.

    httpx would look at all its connections for each request, which for some hundreds is more
    work than the pods have.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0),
        timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS),
        trust_env=False,
    )


@contextmanager
def streaming(
    kubeconfig: Path, namespace: str, selector: str, path: str, clients: int = CLIENTS
) -> Iterator[Stream]:
    """Send requests of so many clients from a thread of its own until the block ends."""
    stream = Stream()
    thread = threading.Thread(
        target=lambda: asyncio.run(_stream(stream, kubeconfig, namespace, selector, path, clients))
    )
    thread.start()
    try:
        yield stream
    finally:
        stream.end()
        thread.join()


async def _stream(
    stream: Stream, kubeconfig: Path, namespace: str, selector: str, path: str, clients: int
) -> None:
    synced = asyncio.Event()
    cluster = await connect(kubeconfig=str(kubeconfig), user_agent="allot-tests")

    async def follow() -> None:
        changes = cluster.watch(PODS, namespace=namespace, label_selector=selector)
        async with aclosing(changes):
            async for change in changes:
                stream.note(change.type, change.object)
                if change.type is ChangeType.SYNCED:
                    synced.set()

    async with cluster, open_client() as client:
        following = asyncio.create_task(follow())
        try:
            await asyncio.wait_for(synced.wait(), SYNC_SECONDS)
            await asyncio.gather(*(stream.send(client, path) for _ in range(clients)))
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
