"""Clients that leave before they are answered: what works for them ends too."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect
from starlette.types import Receive

Answer = TypeVar("Answer")


# Most answers are there before: to watch is a task, and a task is dear at thousands a second.
WATCHED_AFTER_SECONDS = 0.02


async def while_client_waits(
    receive: Receive, work: Coroutine[Any, Any, Answer], after: float = WATCHED_AFTER_SECONDS
) -> Answer:
    """Return what the work returns; cancels it and raises ClientDisconnect if the client leaves.

    The work stays in the caller's own task. Whether the client is there is asked after so many
    seconds.
    """
    loop = asyncio.get_running_loop()
    watch = _Watch(receive)
    timer = loop.call_later(after, watch.begin, asyncio.current_task(loop))
    try:
        return await work
    except asyncio.CancelledError:
        if watch.has_left and watch.uncancel():
            raise ClientDisconnect from None
        raise
    finally:
        timer.cancel()
        watch.end()


class _Watch:
    """Waits for a client to leave, and cancels who works for it then."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._worker: asyncio.Task[Any] | None = None
        self._watching: asyncio.Task[None] | None = None
        self.has_left = False

    def begin(self, worker: asyncio.Task[Any] | None) -> None:
        """Begin to watch."""
        self._worker = worker
        self._watching = asyncio.ensure_future(self._watch())

    def uncancel(self) -> bool:
        """Take the cancelling back; return whether nobody else wants the worker cancelled."""
        return self._worker is not None and self._worker.uncancel() == 0

    def end(self) -> None:
        """Watch no longer."""
        if self._watching is not None:
            self._watching.cancel()

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        if self._worker is not None:
            self.has_left = True
            self._worker.cancel()
