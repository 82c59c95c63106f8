"""What the endpoints' status says, as a person would sum it up. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Readiness:
    """One endpoint's state: is it Ready of its newest generation, and if not, why."""

    name: str
    is_ready: bool
    is_stalled: bool
    reason: str
    message: str
    allocations: int
    target: int

    @property
    def sentence(self) -> str:
        """The state in one line."""
        counted = f"{self.allocations}/{self.target} allocations"
        return f"{self.name}: {counted}, {self.reason}" + (
            f" ({self.message})" if self.message and not self.is_ready else ""
        )


def read_readiness(endpoint: dict[str, Any]) -> Readiness:
    """Sum up one InferenceEndpoint as the API server gives it.

    A condition of an older generation counts as not known: the operator has not yet
    seen what was applied.
    """
    status = endpoint.get("status", {})
    conditions = {c["type"]: c for c in status.get("conditions", [])}
    ready = conditions.get("Ready", {})
    is_current = status.get("observedGeneration") == endpoint["metadata"].get("generation")
    counts = status.get("deployment_stats", {}).get("allocation_status", {})
    return Readiness(
        name=endpoint["metadata"]["name"],
        is_ready=is_current and ready.get("status") == "True",
        is_stalled=is_current and conditions.get("Stalled", {}).get("status") == "True",
        reason=ready.get("reason", "") if is_current else "Pending",
        message=ready.get("message", "") if is_current else "the operator has not seen it yet",
        allocations=counts.get("allocation_count", 0),
        target=counts.get("target_allocation_count", 0),
    )


def count_ready(readiness: Iterable[Readiness]) -> tuple[int, int]:
    """Return how many are ready, and of how many."""
    known = list(readiness)
    return sum(one.is_ready for one in known), len(known)


def note_stalled(
    readiness: Iterable[Readiness], since: Mapping[str, float], now: float
) -> dict[str, float]:
    """Return since when each endpoint is stalled, in seconds of the clock that says `now`.

    `since` is what this returned before; who is stalled no longer is left out.
    """
    return {one.name: since.get(one.name, now) for one in readiness if one.is_stalled}
