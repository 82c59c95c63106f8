"""Clients that leave before they are answered: what works for them ends too."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect
from starlette.types import Receive

Answer = TypeVar("Answer")


async def while_client_waits(receive: Receive, work: Coroutine[Any, Any, Answer]) -> Answer:
    """Return what the work returns; cancels it and raises ClientDisconnect if the client leaves.

    The work stays in the caller's own task: at hundreds of requests a second a task is dear.
    """
    try:
        async with asyncio.timeout(None) as departure:
            watching = asyncio.ensure_future(_watch_departure(receive, departure))
            try:
                return await work
            finally:
                watching.cancel()
    except TimeoutError:
        if departure.expired():
            raise ClientDisconnect from None
        raise


async def _watch_departure(receive: Receive, departure: asyncio.Timeout) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    departure.reschedule(asyncio.get_running_loop().time())
