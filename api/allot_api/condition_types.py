"""What a condition is made of: its type, its status, and reasons with their sentences."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Status(StrEnum):
    """The three states of a condition."""

    TRUE = "True"
    FALSE = "False"
    UNKNOWN = "Unknown"


class ConditionType(StrEnum):
    """The conditions in the order in which status lists them."""

    ACCEPTED = "Accepted"
    MODEL_AVAILABLE = "ModelAvailable"
    SERVABLE = "Servable"
    UP_TO_DATE = "UpToDate"
    READY = "Ready"
    STALLED = "Stalled"
    RECONCILING = "Reconciling"
    THREADS_EXCEED_QUOTA = "ThreadsExceedQuota"
    SCALING_LIMITED = "ScalingLimited"


class Reason(StrEnum):
    """A reason word with the sentence that says when it appears, and the status that it goes with.

    Most reasons say what is in the way; so a status is written only where it is not False.
    """

    sentence: str
    status: Status

    def __new__(cls, word: str, sentence: str, status: Status = Status.FALSE) -> Self:
        """Make a member that equals its word and carries its sentence and status."""
        member = str.__new__(cls, word)
        member._value_ = word
        member.sentence = sentence
        member.status = status
        return member
