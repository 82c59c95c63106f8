"""Which waiting inputs make the next forward pass. Pure.

No timer: a pass takes whatever waits when the last one ends, up to a budget of tokens. Under
light load that is one input at once; under heavy load batches fill by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """Bounds of one pass. Tokens count with padding, as that is what is computed.

    1024 tokens are where a CPU's matrix products stop getting faster by growing.
    """

    tokens: int = 1024
    inputs: int = 64


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch while it grows: how many inputs, and the longest in tokens."""

    budget: Budget
    inputs: int = 0
    longest: int = 0

    def has_room(self, tokens: int) -> bool:
        """Whether an input of so many tokens fits; the first always does, however long."""
        if self.inputs == 0:
            return True
        padded = max(self.longest, tokens) * (self.inputs + 1)
        return self.inputs < self.budget.inputs and padded <= self.budget.tokens

    def add(self, tokens: int) -> Batch:
        """Return the batch with one input more."""
        return Batch(self.budget, self.inputs + 1, max(self.longest, tokens))
