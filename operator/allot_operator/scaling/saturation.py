"""Pods that have had all they can do for a minute, and as much as they did came anew.

Clients that wait for their answers ask as fast as they are answered: what they would send to more
pods is nowhere to be seen, and their requests come in bursts, as the answers do, which prove
little by their number. That every pass is full and another one waits, look after look, proves it.
"""

from __future__ import annotations

from dataclasses import dataclass

from allot_operator.scaling.capacity import Capacity
from allot_operator.scaling.intervals import Interval
from allot_operator.scaling.observation import Observation

# Pods are full if they are busy for such a share of the time, with passes so full.
BUSY_SHARE, FULL_SHARE = 0.9, 0.75
# A bulk that is worked off keeps pods full too, but nothing comes after it.
RENEWED_SHARE = 0.75
SATURATED_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Saturation:
    """For how long another pass has waited at every look, in seconds, and what was done meanwhile.

    Tokens that `came` and were `done`, and those of as many full passes; seconds that the pods
    were `busy`, and those that they had. A pass may take longer than from one look to the next:
    so shares are of the whole time.
    """

    seconds: float = 0.0
    came: float = 0.0
    done: float = 0.0
    full: float = 0.0
    busy: float = 0.0
    had: float = 0.0

    @property
    def is_lasting(self) -> bool:
        """Whether another allocation would surely have work."""
        is_busy = self.busy >= BUSY_SHARE * self.had
        has_full_passes = self.done >= FULL_SHARE * self.full > 0.0
        is_renewed = self.came >= RENEWED_SHARE * self.done
        return self.seconds >= SATURATED_SECONDS and is_busy and has_full_passes and is_renewed


def follow_saturation(
    before: Saturation,
    observation: Observation,
    interval: Interval,
    capacity: Capacity,
    waiting: float,
) -> Saturation:
    """Return the saturation after an interval, at whose end so many tokens wait.

    An empty line ends it, and so do pods on their way, which may suffice.
    """
    if not interval.is_complete:
        return before
    serving = observation.serving
    has_next_pass = waiting >= FULL_SHARE * capacity.pass_tokens * serving
    if observation.starting or not serving or not has_next_pass:
        return Saturation()
    return Saturation(
        before.seconds + interval.seconds,
        before.came + interval.tokens_arrived,
        before.done + interval.tokens_done,
        before.full + capacity.pass_tokens * interval.passes,
        before.busy + interval.busy_seconds,
        before.had + interval.seconds * serving,
    )
