"""Requests as the engine holds them, and the way of their outputs back to the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from allot_runtime.models.interface import Output, TokenSequence
from allot_runtime.timeline import Timeline

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Job:
    """A request's inputs, of which some are computed."""

    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[list[Output]]
    outputs: list[Output | None]
    missing: int
    timeline: Timeline
    is_wanted: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One input of a job."""

    job: Job
    index: int
    sequence: TokenSequence

    def is_wanted(self) -> bool:
        """Whether somebody still waits for it."""
        return self.job.is_wanted


def deliver(batch: Sequence[Item], outputs: Sequence[Output]) -> None:
    """Put outputs into their jobs, and tell the event loop once of all that are whole now.

    Telling it of each would wake it as often, and each time it would want the interpreter that
    the rest of the batch is still delivered with.
    """
    whole: dict[asyncio.AbstractEventLoop, list[Job]] = {}
    for item, output in zip(batch, outputs, strict=True):
        job = item.job
        job.outputs[item.index] = output
        job.missing -= 1
        if job.missing == 0:
            whole.setdefault(job.loop, []).append(job)
    for loop, jobs in whole.items():
        _post(loop, partial(_finish, jobs))


def _finish(jobs: Sequence[Job]) -> None:
    for job in jobs:
        if not job.done.done():
            job.done.set_result([output for output in job.outputs if output is not None])


def settle(
    loop: asyncio.AbstractEventLoop,
    future: asyncio.Future[T],
    value: T | None = None,
    *,
    error: BaseException | None = None,
) -> None:
    """Give a future of the event loop its result from another thread."""

    def give() -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(value)  # type: ignore[arg-type]  # T may itself be None

    _post(loop, give)


def _post(loop: asyncio.AbstractEventLoop, function: Callable[[], None]) -> None:
    # The loop is closed when the process ends while something is computed: nobody waits then.
    if not loop.is_closed():
        loop.call_soon_threadsafe(function)
