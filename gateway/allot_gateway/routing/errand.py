"""A request with its call, on its way."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from allot_gateway.routing.calls import PodCall
from allot_gateway.routing.dispatching import Sent
from allot_gateway.routing.line import Request
from allot_protocol.errors import RequestFault


@dataclass(slots=True, eq=False, kw_only=True)
class Errand(Request):
    """A request with its call: `waiter` while its coroutine waits, `sent` once a pod has it."""

    call: PodCall
    timeout_seconds: float
    sent: Sent | None = None
    waiter: asyncio.Future[None] | None = None

    @property
    def is_waited_for(self) -> bool:
        """Whether its coroutine waits, and was not told yet how it goes on."""
        return self.waiter is not None and not self.waiter.done()

    def wake(self) -> None:
        """Have its coroutine go on, if it waits."""
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)

    def refuse(self, fault: RequestFault) -> None:
        """Have its coroutine raise, if it waits."""
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_exception(fault)


def prepare(call: PodCall, tokens: int, now: float) -> Errand:
    """Return the errand of a call that has just come."""
    return Errand(
        call.priority,
        call.inputs,
        tokens,
        now,
        call=call,
        timeout_seconds=call.timeout_seconds or round(call.deadline - now, 2),
    )
