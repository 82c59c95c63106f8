"""A constant load on several pods while they are killed, replaced and drained."""

from __future__ import annotations

import asyncio
from collections import Counter

from tests.fakes.stub_pod import Asked, StubPod
from tests.unit.allot_gateway.routing.scene import Scene, a_scene

CLIENTS = 24


async def slow(asked: Asked) -> None:
    await asyncio.sleep(0.005)
    asked.answer(200, asked.body, x_allot_tokens="12", x_allot_waiting_tokens="0")


async def a_pod() -> StubPod:
    pod = StubPod(slow)
    await pod.start()
    return pod


async def ask(scene: Scene, number: int, until: asyncio.Event, found: Counter[int]) -> None:
    while not until.is_set():
        answer = await scene.send(body=str(number).encode())
        assert answer.body == str(number).encode()
        found[answer.status] += 1


async def test_killing_and_replacing_pods_fails_no_request() -> None:
    pods = [await a_pod() for _ in range(4)]
    everyone = list(pods)
    over, found = asyncio.Event(), Counter[int]()
    async with a_scene(pods) as scene:
        clients = [asyncio.create_task(ask(scene, at, over, found)) for at in range(CLIENTS)]
        for _ in range(6):
            await asyncio.sleep(0.1)
            # As `kill -9` does, and the watch tells of it later.
            dies = pods.pop(0)
            await dies.kill()
            await asyncio.sleep(0.05)
            scene.see(dies, ready=False)
            comes = await a_pod()
            pods.append(comes)
            everyone.append(comes)
            scene.see(comes)
            scene.lose(dies)
        for _ in range(3):
            await asyncio.sleep(0.05)
            leaves = pods.pop(0)
            scene.see(leaves, leaving=True)
            comes = await a_pod()
            pods.append(comes)
            everyone.append(comes)
            scene.see(comes)
        over.set()
        await asyncio.gather(*clients)
        reading = next(iter(scene.router.read().values()))
    for pod in everyone:
        await pod.kill()

    assert set(found) == {200}
    assert found[200] > 500
    assert reading.measures.retried > 0
    assert reading.measures.broken == 0
    assert (reading.waiting_requests, sum(pod.requests for pod in reading.pods)) == (0, 0)
