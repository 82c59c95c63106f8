"""How far this process is with its model.

    starting → fetching → loading → warming_up → ready → draining
                  ↺ again, with a reason, while a source may come back
                  ↘ failed: nothing here will mend it; it says why

Only `ready` answers /readyz with 200, and only a real forward pass leads there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from allot_api.terms import ModelState
from allot_runtime.errors import SourceReason


@dataclass(frozen=True, slots=True)
class Readiness:
    """Where the process is, and why it stays there when it stays."""

    state: ModelState = ModelState.STARTING
    reason: SourceReason | None = None
    message: str = ""

    @property
    def is_ready(self) -> bool:
        """Whether routers may send requests here."""
        return self.state is ModelState.READY

    @property
    def can_infer(self) -> bool:
        """Whether a request that came nevertheless is answered: also while draining."""
        return self.state in (ModelState.READY, ModelState.DRAINING)

    def advance(self, state: ModelState) -> Readiness:
        """Return the next station; a process that drains never comes back."""
        if self.state is ModelState.DRAINING:
            return self
        return Readiness(state)

    def report(self, reason: SourceReason, message: str) -> Readiness:
        """Return the same station with the reason for staying there."""
        return replace(self, reason=reason, message=message)

    def fail(self, reason: SourceReason, message: str) -> Readiness:
        """Return the end of the way."""
        if self.state is ModelState.DRAINING:
            return self
        return Readiness(ModelState.FAILED, reason, message)

    def describe(self) -> str:
        """Put the station in a sentence for the client who came too early."""
        if self.state is ModelState.FAILED:
            return f"the model cannot be served: {self.message}"
        doing = {
            ModelState.STARTING: "is starting",
            ModelState.FETCHING: "is fetching its model",
            ModelState.LOADING: "is loading its model",
            ModelState.WARMING_UP: "is computing its first vector",
            ModelState.DRAINING: "is ending",
            ModelState.READY: "is ready",
        }[self.state]
        return f"this allocation {doing}" + (f": {self.message}" if self.message else "")
