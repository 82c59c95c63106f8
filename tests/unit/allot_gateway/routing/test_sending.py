"""Requests to pods on sockets: what is tried again, what is not, and what a client sees."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import uvloop

from allot_protocol.errors import ErrorType, RequestFault
from tests.fakes.stub_pod import Asked, a_stub_pod, answer_ok
from tests.unit.allot_gateway.routing.scene import a_scene


async def never(asked: Asked) -> None:
    await asked.left.wait()


async def reset(asked: Asked) -> None:
    asked.reset()


async def test_an_answer_passes_through_undecoded() -> None:
    async def teapot(asked: Asked) -> None:
        asked.answer(418, b"\xff not json", retry_after="7")

    async with a_stub_pod(teapot) as pod, a_scene([pod]) as scene:
        answer = await scene.send(body=b"\x00 not json")

    assert (answer.status, answer.content_type, answer.body, answer.retry_after) == (
        418,
        "application/json",
        b"\xff not json",
        "7",
    )
    assert answer.pod == f"pod-{pod.port}"
    (asked,) = pod.asked
    assert (asked.method, asked.path, asked.body) == (
        "POST",
        "/_inference/my-elser",
        b"\x00 not json",
    )
    assert asked.headers["content-type"] == "application/json"


async def test_a_pod_is_told_the_time_that_is_left() -> None:
    async with a_stub_pod() as pod, a_scene([pod]) as scene:
        await scene.send(seconds=2.0)

    query = pod.asked[0].target.partition("?")[2]
    assert query.startswith("timeout=")
    assert query.endswith("ms")
    assert 1900 <= int(query[len("timeout=") : -2]) <= 2000


async def test_connections_are_used_again() -> None:
    async with a_stub_pod() as pod, a_scene([pod]) as scene:
        for _ in range(5):
            await scene.send()

    assert len(pod.asked) == 5
    assert pod.connections == 1


@pytest.mark.parametrize("behave", [reset, never])
async def test_a_pod_that_is_killed_costs_no_request(behave: object) -> None:
    async with a_stub_pod(never) as dies, a_stub_pod() as lives, a_scene([dies, lives]) as scene:
        asking = [asyncio.create_task(scene.send()) for _ in range(12)]
        await dies.was_asked.wait()
        await dies.kill()
        answers = await asyncio.gather(*asking)

    assert {answer.pod for answer in answers} == {f"pod-{lives.port}"}


async def test_no_pod_gets_a_request_twice() -> None:
    async with (
        a_stub_pod(reset) as one,
        a_stub_pod(reset) as other,
        a_scene([one, other]) as scene,
    ):
        with pytest.raises(RequestFault) as refused:
            await scene.send(seconds=0.5, timeout_seconds=30)

    assert refused.value.kind is ErrorType.TIMEOUT
    assert refused.value.message == "timeout [30s] waiting for inference result"
    assert len(one.inferences) == len(other.inferences) == 1


async def test_a_new_pod_takes_what_all_others_lost() -> None:
    async with a_stub_pod(reset) as dies, a_stub_pod() as comes, a_scene([dies]) as scene:
        asking = asyncio.create_task(scene.send())
        await dies.was_asked.wait()
        scene.see(comes)
        answer = await asking

    assert answer.pod == f"pod-{comes.port}"


async def test_a_pod_that_is_away_for_a_moment_gets_what_it_never_saw() -> None:
    async with a_stub_pod() as pod, a_scene([pod]) as scene:
        await pod.kill()
        asking = asyncio.create_task(scene.send())
        await asyncio.sleep(0.02)
        await pod.start()
        answer = await asking

    assert answer.status == 200
    assert len(pod.inferences) == 1


@pytest.mark.parametrize("status", [409, 503])
async def test_a_pod_that_is_not_ready_is_left_alone_until_it_is(status: int) -> None:
    async def unready(asked: Asked) -> None:
        asked.answer(status)

    async with a_stub_pod(unready) as starts, a_stub_pod() as serves:
        starts.is_ready = False
        async with a_scene([starts, serves]) as scene:
            answers = [await scene.send() for _ in range(6)]

    assert {answer.status for answer in answers} == {200}
    assert len(starts.inferences) == 1
    assert len(serves.inferences) == 6


async def test_an_answer_that_breaks_off_is_not_tried_again() -> None:
    async def half(asked: Asked) -> None:
        asked.writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
        await asked.writer.drain()
        await asyncio.sleep(0.01)
        asked.reset()

    async with a_stub_pod(half) as one, a_stub_pod(half) as other, a_scene([one, other]) as scene:
        with pytest.raises(RequestFault) as refused:
            await scene.send()

    assert refused.value.status == 502
    assert len(one.inferences) + len(other.inferences) == 1


async def test_a_client_that_leaves_takes_its_request_from_the_pod() -> None:
    async with a_stub_pod(never) as pod, a_scene([pod]) as scene:
        asking = asyncio.create_task(scene.send())
        await pod.was_asked.wait()
        asking.cancel()
        await asyncio.wait_for(pod.inferences[0].left.wait(), 1)
        pod.behave = answer_ok
        answer = await scene.send()

    assert answer.status == 200
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_a_silent_pod_is_not_waited_for_beyond_the_deadline() -> None:
    async with a_stub_pod(never) as pod, a_scene([pod]) as scene:
        with pytest.raises(RequestFault) as refused:
            await scene.send(seconds=0.05, timeout_seconds=10)

    assert refused.value.status == 408
    assert refused.value.message == "timeout [10s] waiting for inference result"


async def test_a_draining_pod_gets_nothing_new_and_ends_what_it_has() -> None:
    gate = asyncio.Event()

    async def late(asked: Asked) -> None:
        await gate.wait()
        asked.answer(200)

    async with a_stub_pod(late) as leaves, a_scene([leaves]) as scene:
        first = asyncio.create_task(scene.send())
        await leaves.was_asked.wait()
        async with a_stub_pod() as stays:
            scene.see(leaves, leaving=True)
            scene.see(stays)
            second = await scene.send()
            gate.set()
            assert (await first).pod == f"pod-{leaves.port}"

    assert second.pod == f"pod-{stays.port}"
    assert len(leaves.inferences) == 1


async def test_a_full_pod_is_passed_over_where_another_has_room() -> None:
    async def full(asked: Asked) -> None:
        asked.answer(429, b'{"full":true}', retry_after="3")

    async with a_stub_pod(full) as one, a_stub_pod() as other, a_scene([one, other]) as scene:
        answer = await scene.send()
        scene.lose(other)
        refused = await scene.send()

    assert answer.pod == f"pod-{other.port}"
    assert (refused.status, refused.body, refused.retry_after) == (429, b'{"full":true}', "3")


async def test_a_full_line_refuses_at_once() -> None:
    async with a_stub_pod(never) as pod, a_scene([pod], queue_capacity=100) as scene:
        asking = [
            asyncio.create_task(scene.send(characters=4000, inputs=10, seconds=30))
            for _ in range(13)
        ]
        await asyncio.sleep(0.02)
        refusals = [task.exception() for task in asking if task.done()]
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    # Two are at the pod, ten wait with ten inputs each.
    (refusal,) = refusals
    assert isinstance(refusal, RequestFault)
    assert (refusal.status, refusal.wire_type) == (429, "es_rejected_execution_exception")
    assert refusal.retry_after_seconds is not None


@pytest.mark.parametrize(
    "story",
    [
        test_an_answer_passes_through_undecoded,
        test_connections_are_used_again,
        test_no_pod_gets_a_request_twice,
        test_a_new_pod_takes_what_all_others_lost,
        test_a_pod_that_is_away_for_a_moment_gets_what_it_never_saw,
        test_an_answer_that_breaks_off_is_not_tried_again,
        test_a_client_that_leaves_takes_its_request_from_the_pod,
        test_a_silent_pod_is_not_waited_for_beyond_the_deadline,
        test_a_draining_pod_gets_nothing_new_and_ends_what_it_has,
        test_a_full_line_refuses_at_once,
    ],
)
def test_it_is_the_same_on_the_loop_that_a_gateway_runs_on(
    story: Callable[[], Coroutine[Any, Any, None]],
) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(story())
