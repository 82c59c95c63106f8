"""Conditions as programs find them and as the API server stores them.

Reason and message are decided once and stand in the condition, the Event and the log
line alike. The types and their reasons are declared in `allot_api.reasons`, and can be
imported from here with the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

from allot_api.condition_types import ConditionType, Reason, Status
from allot_api.fields import Generation, Shape
from allot_api.reasons import (
    REASONS,
    AcceptedReason,
    ModelAvailableReason,
    ReadyReason,
    ReconcilingReason,
    ServableReason,
    StalledReason,
    UpToDateReason,
)
from allot_api.size_reasons import ScalingLimitedReason, ThreadsExceedQuotaReason

__all__ = [
    "REASONS",
    "AcceptedReason",
    "Condition",
    "ConditionType",
    "Conditions",
    "Finding",
    "ModelAvailableReason",
    "ReadyReason",
    "Reason",
    "ReconcilingReason",
    "ScalingLimitedReason",
    "ServableReason",
    "StalledReason",
    "Status",
    "ThreadsExceedQuotaReason",
    "UpToDateReason",
    "fit_message",
    "merge_condition",
    "merge_conditions",
]

MAX_CONDITIONS = 16
MAX_MESSAGE_LENGTH = 4096
MESSAGE_CUT = " ..."


@dataclass(frozen=True, slots=True)
class Finding:
    """What a pass found for one condition, before it is merged into the stored list.

    Without a message of its own it is told with its reason's sentence.
    """

    type: ConditionType
    status: Status
    reason: Reason
    message: str = ""
    observed_generation: int = 0


class Condition(Shape):
    """One condition as the API server stores it."""

    type: Annotated[str, Field(min_length=1, max_length=64)] = Field(
        description="type of the condition."
    )
    status: Status = Field(description="status of the condition: True, False or Unknown.")
    observed_generation: Generation | None = Field(
        None,
        alias="observedGeneration",
        description="observedGeneration is the metadata.generation that was judged.",
    )
    last_transition_time: AwareDatetime = Field(
        alias="lastTransitionTime",
        description="lastTransitionTime is when status last changed.",
    )
    reason: Annotated[str, Field(min_length=1, max_length=64)] = Field(
        description="reason is one word for programs and for the eye."
    )
    message: Annotated[str, Field(max_length=MAX_MESSAGE_LENGTH)] = Field(
        description="message is a sentence for people."
    )


Conditions = Annotated[list[Condition], Field(max_length=MAX_CONDITIONS)]


def merge_condition(existing: Sequence[Condition], new: Finding, now: datetime) -> list[Condition]:
    """Return the list with `new` in its place, or at the end if its type was not there.

    lastTransitionTime stays where status did not change; else it is `now` (aware), in
    whole seconds as the API server keeps it.
    """
    before = next((condition for condition in existing if condition.type == new.type), None)
    is_same = before is not None and before.status == new.status
    merged = Condition(
        type=new.type.value,
        status=new.status,
        observed_generation=new.observed_generation,
        last_transition_time=(
            before.last_transition_time if before and is_same else now.replace(microsecond=0)
        ),
        reason=new.reason.value,
        message=fit_message(new.message or new.reason.sentence),
    )
    if before is None:
        return [*existing, merged]
    return [merged if condition is before else condition for condition in existing]


def merge_conditions(
    existing: Sequence[Condition], new: Iterable[Finding], now: datetime
) -> list[Condition]:
    """Return the list with every finding merged in turn, as `merge_condition` does."""
    merged = list(existing)
    for finding in new:
        merged = merge_condition(merged, finding, now)
    return merged


def fit_message(message: str) -> str:
    """Return the message, cut at the bound that the schema sets."""
    if len(message) <= MAX_MESSAGE_LENGTH:
        return message
    return message[: MAX_MESSAGE_LENGTH - len(MESSAGE_CUT)] + MESSAGE_CUT
