"""The loop that lists, watches, and comes back after every interruption; `watch_steps` decides.

Two bounds keep a dead connection from looking like a quiet cluster: the server is asked to end
each watch after about five minutes, and bookmarks, which it sends every minute, must not cease.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

from allot_cluster.errors import ClusterError
from allot_cluster.interface import Change, ChangeType, Listing
from allot_cluster.transport import Request, Transport
from allot_cluster.watch_steps import Known, Next, parse_event, plan_next_step

logger = logging.getLogger(__name__)

SERVER_TIMEOUT_SECONDS = (240, 360)
"""The server is asked to end a watch somewhere in here, so that not all end together."""
SILENCE_SECONDS = 150.0
"""Two bookmarks and a half: a connection silent for so long is taken for dead."""
SETTLED_SECONDS = 5.0
"""A connection that lasted so long worked, even if nothing changed meanwhile."""


@dataclass(slots=True)
class Source:
    """What is watched, and how."""

    transport: Transport
    list: Callable[[], Awaitable[Listing]]
    path: str
    label_selector: str = ""
    silence_seconds: float = SILENCE_SECONDS
    draw: Callable[[], float] = random.random


@dataclass(slots=True)
class _Progress:
    """Where a watch is: its memory between connections."""

    version: str | None = None
    synced: bool = False
    failures: int = 0
    moved: bool = False
    known: Known = field(default_factory=Known)


async def watch(source: Source) -> AsyncGenerator[Change, None]:
    """Yield changes without end, as `interface.Cluster.watch` promises."""
    progress = _Progress()
    loop = asyncio.get_running_loop()
    while True:
        started = loop.time()
        error: ClusterError | None = None
        progress.moved = False
        try:
            if progress.version is None:
                listing = await source.list()
                for change in progress.known.differences(listing.items):
                    yield change
                progress.version, progress.synced = listing.resource_version, True
                yield Change(ChangeType.SYNCED, {})
            async with aclosing(_stream(source, progress)) as changes:
                async for change in changes:
                    yield change
        except ClusterError as raised:
            error = raised
        worked = progress.moved or loop.time() - started > SETTLED_SECONDS
        await _recover(source, progress, error, worked=worked)


async def _recover(
    source: Source, progress: _Progress, error: ClusterError | None, *, worked: bool
) -> None:
    """Wait as long as it takes before the next connection; raises what waiting does not mend."""
    before = 0 if worked else progress.failures
    progress.failures = 0 if worked and error is None else before + 1
    step = plan_next_step(
        error, synced=progress.synced, failures=progress.failures, draw=source.draw()
    )
    if error is not None:
        logger.log(
            logging.WARNING if progress.failures > 1 else logging.INFO,
            "Watch of %s: %s; %s in %.1f s",
            source.path,
            error,
            step.next,
            step.delay_seconds,
        )
    if step.next is Next.RAISE and error is not None:
        raise error
    if step.next is Next.RELIST:
        progress.version = None
    await asyncio.sleep(step.delay_seconds)


async def _stream(source: Source, progress: _Progress) -> AsyncGenerator[Change, None]:
    """Yield the changes of one connection, until it ends."""
    shortest, longest = SERVER_TIMEOUT_SECONDS
    query = {
        "watch": "true",
        "allowWatchBookmarks": "true",
        "resourceVersion": progress.version or "",
        "timeoutSeconds": str(round(shortest + (longest - shortest) * source.draw())),
    }
    if source.label_selector:
        query["labelSelector"] = source.label_selector
    request = Request("GET", source.path, query)
    async with source.transport.stream(request, silence_seconds=source.silence_seconds) as lines:
        async for line in lines:
            event = parse_event(line)
            progress.version, progress.moved = event.version, True
            if event.change is not None:
                progress.known.note(event.change)
                yield event.change
