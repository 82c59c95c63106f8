"""The line before an allocation, as allot_runtime.waiting has it for one class of inputs.

It does the same as WaitingLine, without its objects, since a run takes millions of inputs
through it; a test holds the two together.
"""

from __future__ import annotations

from array import array
from collections import deque

from allot_protocol.priority import SHORT_TOKENS
from bench.scaling.service import Service


class Line:
    """Inputs that wait, short ones and long ones, each with its arrival and its tokens.

    `waits` collects how long each waited that was taken; those past their deadline are dropped
    when their turn comes, and counted.
    """

    __slots__ = (
        "_deadline",
        "_long",
        "_most_inputs",
        "_most_tokens",
        "_patience",
        "_short",
        "count",
        "dropped",
        "dropped_tokens",
        "oldest",
        "tokens",
        "waits",
    )

    def __init__(self, service: Service, waits: array[float]) -> None:
        self._short: deque[tuple[float, int]] = deque()
        self._long: deque[tuple[float, int]] = deque()
        self._deadline = service.deadline_seconds
        self._patience = service.patience
        self._most_tokens, self._most_inputs = service.budget.tokens, service.budget.inputs
        self.waits = waits
        self.count = self.tokens = self.dropped = self.dropped_tokens = 0
        self.oldest = 0.0

    def add(self, arrived: float, tokens: int) -> None:
        """Put an input at the end."""
        (self._short if tokens <= SHORT_TOKENS else self._long).append((arrived, tokens))
        self.count += 1
        self.tokens += tokens

    def take(self, now: float) -> tuple[int, int]:
        """Remove the next pass' inputs; return how many they are and their tokens.

        `oldest` is the first arrival among them from then on.
        """
        inputs = tokens = dropped = dropped_tokens = 0
        waits, expired = self.waits, now - self._deadline
        self.oldest = now
        while lane := (self._next_lane(now) if self._long else self._short):
            arrived, size = lane[0]
            if arrived <= expired:
                dropped, dropped_tokens = dropped + 1, dropped_tokens + size
            elif inputs and (tokens + size > self._most_tokens or inputs >= self._most_inputs):
                break
            else:
                inputs, tokens = inputs + 1, tokens + size
                waits.append(now - arrived)
                self.oldest = min(self.oldest, arrived)
            lane.popleft()
        self.count -= inputs + dropped
        self.tokens -= tokens + dropped_tokens
        self.dropped += dropped
        self.dropped_tokens += dropped_tokens
        return inputs, tokens

    def drop_expired(self, now: float) -> int:
        """Drop all that are past their deadline, as when room is short; return how many."""
        expired, before = now - self._deadline, self.dropped
        for lane in (self._short, self._long):
            while lane and lane[0][0] <= expired:
                _, size = lane.popleft()
                self.dropped += 1
                self.dropped_tokens += size
                self.count -= 1
                self.tokens -= size
        return self.dropped - before

    def _next_lane(self, now: float) -> deque[tuple[float, int]]:
        short, long = self._short, self._long
        if short and now - short[0][0] >= (now - long[0][0]) / self._patience:
            return short
        return long
