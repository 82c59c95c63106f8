"""Whether the operator makes progress: each loop beats, and a loop that is silent too long is not.

A loop beats when it goes round, and not when what it did succeeded: an API server that is away
must not get the operator restarted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Health:
    """The loops that run, each with the longest silence that it is allowed. Times in seconds."""

    monotonic: Callable[[], float]
    _allowed: dict[str, float] = field(default_factory=dict)
    _beats: dict[str, float] = field(default_factory=dict)

    def expect(self, loop: str, allowed_seconds: float) -> None:
        """Begin to expect beats of a loop."""
        self._allowed[loop] = allowed_seconds
        self._beats[loop] = self.monotonic()

    def beat(self, loop: str) -> None:
        """Note that a loop went round."""
        self._beats[loop] = self.monotonic()

    def dismiss(self, loop: str) -> None:
        """Expect no more beats of a loop, since it ended as it should."""
        self._allowed.pop(loop, None)
        self._beats.pop(loop, None)

    def find_silent(self) -> dict[str, float]:
        """Return the loops that are silent for too long, with the seconds of their silence."""
        now = self.monotonic()
        silences = {loop: now - self._beats[loop] for loop in self._allowed}
        return {loop: late for loop, late in silences.items() if late > self._allowed[loop]}
