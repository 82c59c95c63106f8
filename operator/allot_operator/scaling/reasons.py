"""Why the target is what it is: each reason with the sentence of when it appears."""

from __future__ import annotations

from enum import StrEnum


class ScalingReason(StrEnum):
    """Why the target is what it is."""

    sentence: str

    def __new__(cls, value: str, sentence: str) -> ScalingReason:
        """Make a member of a word and its sentence."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        return member

    AS_ASKED = "AsAsked", "The number is asked for: num_allocations, or replicas."
    FIRST = "First", "There was no target yet."
    KEPT = "Kept", "Nothing speaks for another number, or not surely, or not for long enough yet."
    RAISED_TO_MINIMUM = "RaisedToMinimum", "The target was below the least that is allowed."
    LOWERED_TO_MAXIMUM = "LoweredToMaximum", "The target was above the most that is allowed."
    MORE_WORK = "MoreWork", "More work arrives than the target can do at the target utilization."
    BACKLOG = "Backlog", "Work waits that the target would not do within drain_seconds."
    LESS_WORK = "LessWork", "For a whole cooldown less was needed than the target."
    AT_MAXIMUM = "AtMaximum", "More is needed than the maximum allows."
    NO_GATEWAY = "NoGateway", "The target was 0 and no gateway is there to start an allocation."
    REQUESTS_HELD = "RequestsHeld", "The target was 0 and a gateway holds requests."
    IDLE = "Idle", "No request came for scale_to_zero_after, and a gateway is there."
