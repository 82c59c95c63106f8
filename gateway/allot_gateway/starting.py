"""Waits until what was made serves, as watches and the API server tell it; and takes it back.

made ──► wait ──┬──► Started: it is answered
                ├──► Pending: time is up, it keeps coming up
                └──► Failed: waiting does not mend it, so that it is deleted again
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from allot_api.condition_lookup import find_condition, find_true
from allot_api.conditions import Condition, ConditionType, Status
from allot_cluster.errors import ClusterError
from allot_cluster.interface import Cluster, Manifest
from allot_cluster.subjects import Subject
from allot_gateway.waking import Bell, wait_for_ring
from allot_protocol.errors import ErrorType, RequestFault

# A watch tells of changes at once; after this long in silence the API server is asked.
FALLBACK_SECONDS = 5.0
# A server that does not answer must not keep a client beyond the time that it gave.
ASKING_SECONDS = 2.0


class Made(Protocol):
    """An InferenceEndpoint or a ModelDeployment."""

    @property
    def subject(self) -> Subject:
        """Return who it is."""
        ...


MadeT = TypeVar("MadeT", bound=Made)


@dataclass(frozen=True, slots=True)
class Pending:
    """The operator has not said how it goes, or says that it goes on."""


@dataclass(frozen=True, slots=True)
class Started(Generic[MadeT]):
    """It serves as far as was asked."""

    made: MadeT


@dataclass(frozen=True, slots=True)
class Failed:
    """Waiting does not mend it."""

    fault: RequestFault


Outcome = Pending | Started[MadeT] | Failed


@dataclass(frozen=True, slots=True)
class Watched(Generic[MadeT]):
    """How what was made is looked at.

    The bell is rung with `key` at each change; `find` returns what the view has in its place,
    `read` makes one of a manifest, and `judge` says how it goes.
    """

    key: Hashable
    find: Callable[[], MadeT | None]
    read: Callable[[Manifest], MadeT]
    judge: Callable[[MadeT], Outcome[MadeT]]


@dataclass(frozen=True, slots=True)
class Starter:
    """Waits for what was made."""

    cluster: Cluster
    bell: Bell
    monotonic: Callable[[], float]

    async def wait(self, made: MadeT, watched: Watched[MadeT], deadline: float) -> Outcome[MadeT]:
        """Return how it went by the deadline, in seconds of `monotonic`.

        A watch lags behind a write: that the view does not show what was made means something
        only once it did. Until then, and in silence, the API server has the word.
        """
        was_shown = False
        with self.bell.follow(watched.key) as event:
            while True:
                shown = watched.find()
                is_shown = shown is not None and shown.subject.uid == made.subject.uid
                outcome: Outcome[MadeT] = Pending()
                if shown is not None and is_shown:
                    outcome = watched.judge(shown)
                elif was_shown:
                    outcome = await self._ask(made, watched)
                was_shown |= is_shown
                left = deadline - self.monotonic()
                if not isinstance(outcome, Pending) or left <= 0:
                    return outcome
                if not await wait_for_ring(event, min(left, FALLBACK_SECONDS)):
                    outcome = await self._ask(made, watched)
                    if not isinstance(outcome, Pending):
                        return outcome

    async def _ask(self, made: MadeT, watched: Watched[MadeT]) -> Outcome[MadeT]:
        """Return how it goes by the API server's word; nothing new while it is away."""
        subject = made.subject
        try:
            async with asyncio.timeout(ASKING_SECONDS):
                there = await self.cluster.get(subject.resource, subject.namespace, subject.name)
        except (ClusterError, TimeoutError):
            return Pending()
        if there is None or there["metadata"]["uid"] != subject.uid:
            return Failed(
                RequestFault(
                    ErrorType.CONFLICT,
                    f"the wait for a start ended: {subject} was deleted meanwhile",
                )
            )
        return watched.judge(watched.read(there))

    async def take_back(self, made: Made, fault: RequestFault) -> RequestFault:
        """Delete what was made, and return the fault that says how that went."""
        subject = made.subject
        try:
            await self.cluster.delete(
                subject.resource, subject.namespace, subject.name, uid=subject.uid
            )
        except ClusterError as error:
            return RequestFault(fault.kind, f"{fault.message}; it could not be deleted: {error}")
        return fault


def find_refusal(conditions: list[Condition]) -> Condition | None:
    """Return the condition Accepted where it is False."""
    accepted = find_condition(conditions, ConditionType.ACCEPTED)
    return accepted if accepted is not None and accepted.status is Status.FALSE else None


def find_stall(conditions: list[Condition], name: str) -> RequestFault | None:
    """Return the fault for a start that somebody has to mend; `name` as messages have it."""
    stalled = find_true(conditions, ConditionType.STALLED)
    if stalled is None:
        return None
    return RequestFault(
        ErrorType.START_FAILED, f"Could not start the deployment of {name}: {stalled.message}"
    )
