"""Wakes those who wait for a change that a watch will tell."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager


class Bell:
    """Rung with a key by the view; whoever follows that key is woken."""

    def __init__(self) -> None:
        self._followers: defaultdict[Hashable, set[asyncio.Event]] = defaultdict(set)

    def ring(self, key: Hashable) -> None:
        """Wake all who follow the key."""
        for event in self._followers.get(key, ()):
            event.set()

    @contextmanager
    def follow(self, key: Hashable) -> Iterator[asyncio.Event]:
        """Return an event that is set at each ring; the follower clears it."""
        event = asyncio.Event()
        self._followers[key].add(event)
        try:
            yield event
        finally:
            self._followers[key].discard(event)
            if not self._followers[key]:
                del self._followers[key]


async def wait_for_ring(event: asyncio.Event, seconds: float) -> bool:
    """Return whether the event was set within some seconds; it is cleared."""
    try:
        async with asyncio.timeout(max(seconds, 0)):
            await event.wait()
    except TimeoutError:
        return False
    event.clear()
    return True


async def outwait(
    bell: Bell,
    key: Hashable,
    is_so: Callable[[], bool],
    seconds: float,
    monotonic: Callable[[], float],
) -> None:
    """Wait while something is so, asking at each ring of a key; for some seconds at most."""
    deadline = monotonic() + seconds
    with bell.follow(key) as event:
        while is_so():
            if not await wait_for_ring(event, deadline - monotonic()):
                return
