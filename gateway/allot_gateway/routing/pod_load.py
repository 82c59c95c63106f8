"""What one pod has to do, as far as a gateway knows. Pure.

A pod computes pass after pass: when one ends, it takes what waits, up to so many tokens. So a
router that keeps one pass ready behind the one that runs keeps it busy, and all else can wait
where it may still go to another pod.

    sent to an idle pod        ─► pass n, which runs
    sent while pass n runs     ─► pass n + 1, which is made ready
    an answer of pass n comes  ─► pass n has ended, n + 1 runs, n + 2 is made ready
"""

from __future__ import annotations

import math
from dataclasses import dataclass

# What the runtime computes at once with few threads, until a pod has said its own.
TOKENS_PER_PASS = 384
# Of a small model on one core, until passes have ended.
TOKENS_PER_SECOND = 4000.0
PASS_MEMORY = 0.9
# What others sent is done in some passes, and nobody tells: half of it is believed after so long.
OTHERS_HALF_LIFE_SECONDS = 0.25


@dataclass(slots=True, eq=False)
class PodLoad:
    """One pod: what this gateway has there, and what others had when it last answered.

    `ready_tokens` are those of the pass that is made ready. `idle_since` orders pods that have
    nothing to do. `is_aside` while it is not to be asked: it does not answer, or says it is full.
    """

    uid: str
    idle_since: float = 0.0
    tokens_per_pass: int = TOKENS_PER_PASS
    is_routable: bool = True
    is_aside: bool = False
    requests: int = 0
    tokens: int = 0
    ready_tokens: int = 0
    _running: int = 0
    _running_tokens: int = 0
    _began: float = 0.0
    _pass_seconds: float = 0.0
    _pass_tokens: float = 0.0
    _others: float = 0.0
    _others_at: float = 0.0

    def others(self, now: float) -> float:
        """Return the tokens that others are thought to have there."""
        if not self._others:
            return 0.0
        return self._others * math.exp2((self._others_at - now) / OTHERS_HALF_LIFE_SECONDS)

    def estimate_wait(self, now: float) -> float:
        """Return the tokens that are done before a request that is sent now, those of others too.

        Of the pass that runs, those that are left by what earlier passes took: a pass whose end
        is near is soon followed by the next, whatever its size was.
        """
        if not self.requests:
            return self.others(now)
        done = (now - self._began) * self._tokens_per_second
        return max(0.0, self._running_tokens - done) + self.ready_tokens + self.others(now)

    def has_room(self, tokens: int, now: float) -> bool:
        """Whether a request fits into its next pass.

        An idle pod takes any, and one whose next pass is empty too: some requests are larger than
        a pass. Where this gateway has nothing, what others have cannot keep it out, since no
        answer would come that says when they are done.
        """
        if not self.requests:
            return True
        taken = self.ready_tokens + self.others(now)
        return taken < 1.0 or taken + tokens <= self.tokens_per_pass

    def send(self, tokens: int, now: float) -> int:
        """Note a request that is sent; return the number of the pass that it is thought in."""
        if not self.requests:
            self._begin(self._running + 1, tokens, now)
        number = self._running
        if self.requests:
            number += 1
            self.ready_tokens += tokens
        self.requests += 1
        self.tokens += tokens
        return number

    def finish(self, tokens: int, number: int, now: float) -> None:
        """Note that a request is there no more."""
        self.requests -= 1
        self.tokens -= tokens
        if number >= self._running:
            self._learn(now)
            self._begin(number + 1, self.ready_tokens, now)
        if not self.requests:
            self.idle_since = now

    def drop(self, tokens: int, number: int, now: float) -> None:
        """Note that a request's client left before its answer: no pass has ended for that."""
        self.requests -= 1
        self.tokens -= tokens
        if number > self._running:
            self.ready_tokens -= tokens
        if not self.requests:
            self.idle_since = now

    def hear(self, tokens_waiting: int | None, tokens_per_pass: int | None, now: float) -> None:
        """Take in what the pod said beside an answer: what waits there, and what a pass takes."""
        if tokens_per_pass:
            self.tokens_per_pass = tokens_per_pass
        if tokens_waiting is not None:
            # What is this gateway's own is at most what it has in flight.
            self._others, self._others_at = float(max(0, tokens_waiting - self.tokens)), now

    def hear_full(self, now: float) -> None:
        """Take in that the pod refused a request for its line being full."""
        self._others = max(self.others(now), 2.0 * self.tokens_per_pass)
        self._others_at = now

    @property
    def _tokens_per_second(self) -> float:
        return self._pass_tokens / self._pass_seconds if self._pass_seconds else TOKENS_PER_SECOND

    def _begin(self, number: int, tokens: int, now: float) -> None:
        self._running, self._running_tokens, self._began = number, tokens, now
        self.ready_tokens = 0

    def _learn(self, now: float) -> None:
        """Take in what a pass took; large ones weigh more, and the last some most."""
        self._pass_seconds = PASS_MEMORY * self._pass_seconds + now - self._began
        self._pass_tokens = PASS_MEMORY * self._pass_tokens + self._running_tokens
