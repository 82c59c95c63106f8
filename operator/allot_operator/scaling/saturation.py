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
    """For how long the pods have been full, in seconds; the tokens that came and were done."""

    seconds: float = 0.0
    came: float = 0.0
    done: float = 0.0

    @property
    def is_lasting(self) -> bool:
        """Whether another allocation would surely have work."""
        is_renewed = self.came >= RENEWED_SHARE * self.done
        return self.seconds >= SATURATED_SECONDS and is_renewed


def follow_saturation(
    before: Saturation,
    observation: Observation,
    interval: Interval,
    capacity: Capacity,
    waiting: float,
) -> Saturation:
    """Return the saturation after an interval, at whose end so many tokens wait.

    Pods on their way end it, since they may suffice.
    """
    if not interval.is_complete:
        return before
    if observation.starting or not is_full(observation.serving, interval, capacity, waiting):
        return Saturation()
    return Saturation(
        before.seconds + interval.seconds,
        before.came + interval.tokens_arrived,
        before.done + interval.tokens_done,
    )


def is_full(serving: int, interval: Interval, capacity: Capacity, waiting: float) -> bool:
    """Whether the pods that serve were full, and as much waits as they take next."""
    if not serving or not interval.passes:
        return False
    is_busy = interval.busy_seconds >= BUSY_SHARE * interval.seconds * serving
    has_full_passes = interval.tokens_done >= FULL_SHARE * capacity.pass_tokens * interval.passes
    has_next_pass = waiting >= FULL_SHARE * capacity.pass_tokens * serving
    return is_busy and has_full_passes and has_next_pass
