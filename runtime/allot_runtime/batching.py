"""Which waiting inputs make the next forward pass. Pure.

No timer: a pass takes whatever waits when the last one ends, up to a budget of tokens. Under
light load that is one input at once; under heavy load batches fill by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

TOKENS = 384
# From here on the threads of one allocation need a larger product to share.
TOKENS_PER_THREAD = 64
INPUTS = 256


@dataclass(frozen=True, slots=True)
class Budget:
    """Bounds of one pass. Tokens count as they are, since nothing is padded.

    Without padding a CPU computes some hundred tokens as fast, each, as 1,024; and who comes
    while a pass runs waits for its end, so that small passes shorten the wait. The least holds a
    query of each of 40 clients.
    """

    tokens: int = TOKENS
    inputs: int = INPUTS


def choose_budget(num_threads: int) -> Budget:
    """Return the budget of an allocation with so many threads."""
    return Budget(tokens=max(TOKENS, TOKENS_PER_THREAD * num_threads))


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch while it grows: how many inputs and tokens it has."""

    budget: Budget
    inputs: int = 0
    tokens: int = 0

    def has_room(self, tokens: int) -> bool:
        """Whether an input of so many tokens fits; the first always does, however long."""
        if self.inputs == 0:
            return True
        is_within = self.tokens + tokens <= self.budget.tokens
        return self.inputs < self.budget.inputs and is_within

    def add(self, tokens: int) -> Batch:
        """Return the batch with one input more."""
        return Batch(self.budget, self.inputs + 1, self.tokens + tokens)
