from __future__ import annotations

import asyncio

from allot_gateway.waking import Bell, wait_for_ring


async def test_followers_of_a_key_are_woken_and_no_others() -> None:
    bell = Bell()
    with bell.follow("a") as first, bell.follow("a") as second, bell.follow("b") as other:
        bell.ring("a")

        assert await wait_for_ring(first, 1)
        assert await wait_for_ring(second, 1)
        assert not await wait_for_ring(other, 0)


async def test_a_ring_before_the_wait_counts() -> None:
    bell = Bell()
    with bell.follow("a") as event:
        bell.ring("a")
        await asyncio.sleep(0)

        assert await wait_for_ring(event, 0.1)
        assert not await wait_for_ring(event, 0)


def test_what_nobody_follows_keeps_no_memory() -> None:
    bell = Bell()
    with bell.follow("a"):
        pass
    bell.ring("b")

    assert not bell._followers
