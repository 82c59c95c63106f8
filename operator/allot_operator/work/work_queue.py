"""The one queue of keys, which workers of the same event loop wait on."""

from __future__ import annotations

import asyncio

from allot_operator.work.keys import Key
from allot_operator.work.schedule import Schedule


class WorkQueue:
    """A schedule that can be waited for."""

    def __init__(self) -> None:
        self._schedule = Schedule()
        self._changed = asyncio.Condition()
        self._wakers: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        """Return how many keys wait."""
        return len(self._schedule)

    def add(self, key: Key, delay: float = 0.0) -> None:
        """Have a key looked at in `delay` seconds at the latest."""
        self._schedule.add(key, _now() + delay)
        self._wake()

    async def take(self) -> Key:
        """Wait for a key that is due, and mark it as being worked on."""
        async with self._changed:
            while (key := self._schedule.take(_now())) is None:
                await self._wait()
            return key

    def succeed(self, key: Key) -> None:
        """Note that the work on a key ended well."""
        self._schedule.succeed(key, _now())
        self._wake()

    def fail(self, key: Key, least: float = 0.0) -> float:
        """Note that the work failed; return in how many seconds it is tried again."""
        wait = self._schedule.fail(key, _now(), least)
        self._wake()
        return wait

    def failures(self, key: Key) -> int:
        """Return how many times in a row the work on a key failed."""
        return self._schedule.failures(key)

    def oldest_wait(self) -> float:
        """Return for how many seconds the most neglected key has been due."""
        return self._schedule.oldest_wait(_now())

    async def _wait(self) -> None:
        due = self._schedule.next_due()
        timeout = None if due is None else max(0.0, due - _now())
        try:
            async with asyncio.timeout(timeout):
                await self._changed.wait()
        except TimeoutError:
            return

    def _wake(self) -> None:
        waker = asyncio.create_task(self._notify())
        self._wakers.add(waker)
        waker.add_done_callback(self._wakers.discard)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def _now() -> float:
    return asyncio.get_running_loop().time()
