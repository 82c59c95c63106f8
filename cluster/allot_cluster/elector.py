"""One leader at a time, by a Lease; `lease` decides, this reads, writes and keeps time.

    elector = Elector(cluster, LeaseKey("allot-system", "allot-operator"), identity)
    await elector.run(lead)

`lead` runs while the Lease is held. It is cancelled when the Lease is lost, and at the renew
deadline whatever the API server does, so that it has ended before another candidate may begin.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from allot_cluster import clock
from allot_cluster.errors import AlreadyExists, ClusterError, Conflict
from allot_cluster.interface import Cluster, Manifest
from allot_cluster.lease import (
    NO_MARKS,
    LeaseKey,
    Marks,
    Move,
    Seen,
    Timing,
    build_held,
    build_released,
    decide,
    observe,
)
from allot_cluster.resources import LEASES

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
_OVERTAKEN = (AlreadyExists, Conflict)
"""Somebody wrote first: read what it was, at once."""
_BREATH = 0.1
"""Seconds between two tries at the least."""


def unique_identity(name: str) -> str:
    """Return an identity that no other process has, and no earlier run of this one: name_uuid."""
    return f"{name}_{uuid.uuid4()}"


class Elector:
    """One candidate for one Lease."""

    def __init__(
        self,
        cluster: Cluster,
        key: LeaseKey,
        identity: str,
        *,
        timing: Timing | None = None,
        marks: Callable[[], Marks] = lambda: NO_MARKS,
        utc_now: Callable[[], datetime] = clock.utc_now,
    ) -> None:
        self._cluster = cluster
        self._key = key
        self._identity = identity
        self._timing = timing or Timing()
        self._marks = marks
        """What is to stand on the Lease, asked for at each renewal."""
        self._utc_now = utc_now
        self._seen: Seen | None = None
        self._lead_until: float | None = None
        self._term = 0
        self._known = False
        """The Lease is known to be as this candidate wrote it last: it need not be read."""
        self._complaint = ""

    @property
    def is_leading(self) -> bool:
        """Say whether this candidate may lead at this moment."""
        return self._lead_until is not None and _now() < self._lead_until

    async def run(self, lead: Callable[[], Awaitable[None]]) -> None:
        """Wait for the Lease and run `lead`, again after every loss, until it returns.

        What `lead` raises is raised. The Lease is released when it returns or raises, and when
        this call is cancelled: then after `lead`, which is cancelled first, has ended.
        """
        while True:
            await self._acquire()
            if await self._lead(lead):
                return

    async def hold(self) -> None:
        """Hold the Lease, whenever it is free, until cancelled: a sign of presence for others."""
        await self.run(_forever)

    async def _acquire(self) -> None:
        while True:
            wait = await self._attempt()
            if self.is_leading:
                logger.info("%s holds the Lease %s", self._identity, self._key)
                return
            await asyncio.sleep(wait)

    async def _lead(self, lead: Callable[[], Awaitable[None]]) -> bool:
        """Run `lead` while the Lease is held; return whether it ended of itself."""
        leading = asyncio.create_task(_call(lead))
        renewing = asyncio.create_task(self._keep())
        lost = False
        try:
            lost = not await self._until_over(leading, renewing)
        finally:
            # Renewing goes on while `lead` winds up: nobody else may begin before it has ended.
            await self._end(leading)
            renewing.cancel()
            await asyncio.wait({renewing}, timeout=self._timing.call)
            self._term += 1
            self._known = self._known and renewing.done()
            if not lost:
                await self._release()
        if lost:
            logger.warning("%s has lost the Lease %s", self._identity, self._key)
            return False
        leading.result()
        return True

    async def _until_over(self, leading: asyncio.Task[None], renewing: asyncio.Task[None]) -> bool:
        """Return whether `leading` ended of itself before the Lease was lost or the deadline came.

        The deadline is kept here, beside the calls: one that hangs cannot delay it.
        """
        while self._lead_until is not None and not (leading.done() or renewing.done()):
            left = self._lead_until - _now()
            if left <= 0:
                break
            await asyncio.wait(
                {leading, renewing}, timeout=left, return_when=asyncio.FIRST_COMPLETED
            )
        return leading.done()

    async def _end(self, leading: asyncio.Task[None]) -> None:
        """Cancel and wait as long as it takes: there is no other way to be sure that it ended."""
        leading.cancel()
        grace = self._timing.duration - self._timing.renew_deadline
        _, running = await asyncio.wait({leading}, timeout=grace)
        if running:
            logger.critical(
                "What led by the Lease %s does not end; another may lead beside it", self._key
            )
            await asyncio.wait({leading})
        if not leading.cancelled() and (error := leading.exception()):
            logger.error("What led by the Lease %s failed", self._key, exc_info=error)

    async def _keep(self) -> None:
        """Renew until the Lease is another's."""
        wait = self._timing.retry
        while self._lead_until is not None:
            await asyncio.sleep(wait)
            wait = await self._attempt()

    async def _attempt(self) -> float:
        """Try once to get or to keep the Lease; return the seconds until the next try."""
        try:
            wait = await self._step()
        except _OVERTAKEN:
            self._known = False
            return _BREATH
        except (ClusterError, TimeoutError) as error:
            self._known = False
            self._complain(str(error) or "no answer in time")
            return self._pause()
        self._complaint = ""
        return min(wait, self._timing.retry)

    def _pause(self) -> float:
        """Return the wait after a failure: shorter as the deadline of a leader comes near."""
        left = self._lead_until - _now() if self._lead_until is not None else 0.0
        return self._timing.retry if left <= 0 else min(self._timing.retry, left / 2 + _BREATH)

    async def _step(self) -> float:
        seen = await self._look()
        decision = decide(seen, self._identity, self._timing, _now(), leading=self.is_leading)
        if decision.move is Move.WAIT:
            self._lead_until = None
            return decision.wait
        held = build_held(
            seen, self._key, self._identity, self._timing, self._utc_now(), marks=self._marks()
        )
        # From before the call: the server may write, and others see it, as soon as it is sent.
        sent = _now()
        self._known = False
        if decision.move is Move.CREATE:
            written = await self._bounded(self._cluster.create(LEASES, held))
        else:
            written = await self._bounded(self._cluster.replace(LEASES, held))
        self._note(written)
        self._known = True
        self._lead_until = sent + self._timing.renew_deadline
        return self._timing.retry

    async def _look(self) -> Seen:
        """Return the Lease: as it was written last if nothing can have happened, else as it is."""
        if self._known and self._seen is not None:
            return self._seen
        return self._note(
            await self._bounded(self._cluster.get(LEASES, self._key.namespace, self._key.name))
        )

    def _note(self, manifest: Manifest | None) -> Seen:
        self._seen = observe(self._seen, manifest, _now())
        return self._seen

    async def _release(self) -> None:
        """Let the next candidate begin at once, if this one is still the holder."""
        self._lead_until = None
        for _ in range(2):
            try:
                seen = await self._look()
                if seen.holder != self._identity or not seen.present:
                    return
                self._known = False
                released = build_released(seen, self._key, self._utc_now())
                self._note(await self._bounded(self._cluster.replace(LEASES, released)))
                return
            except _OVERTAKEN:
                self._known = False
            except (ClusterError, TimeoutError) as error:
                self._complain(f"not released, it expires of itself: {error}")
                return

    async def _bounded(self, call: Awaitable[Result]) -> Result:
        term = self._term
        async with asyncio.timeout(self._timing.call):
            result = await call
        if term != self._term:
            # It outlived its being cancelled: what it brings is of a term that is over.
            raise asyncio.CancelledError
        return result

    def _complain(self, message: str) -> None:
        """Log a failure once, not every two seconds."""
        if message != self._complaint:
            logger.warning("Lease %s: %s", self._key, message)
        self._complaint = message


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _call(lead: Callable[[], Awaitable[None]]) -> None:
    await lead()


async def _forever() -> None:
    await asyncio.Event().wait()
