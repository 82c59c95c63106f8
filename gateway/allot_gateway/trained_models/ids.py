"""Which of several things a path's ids mean: commas, stars and `_all`. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from allot_gateway.wildcards import matches
from allot_protocol.errors import ErrorType, RequestFault
from allot_protocol.request_body import shorten

ItemT = TypeVar("ItemT")
EVERYTHING = ("", "*", "_all")
# A path of more ids than this is no question of a person or a program of ours.
MOST_IDS = 1000


def select(
    items: Sequence[ItemT],
    names: Callable[[ItemT], Sequence[str]],
    expression: str | None,
    *,
    may_be_none: bool,
) -> list[ItemT]:
    """Return the items that one of the ids means, in their order; raises RequestFault.

    A plain id has to mean something; one with a star only where `may_be_none` is false.
    """
    asked = [part.strip() for part in (expression or "").split(",")][:MOST_IDS]
    for one in asked:
        is_open = one in EVERYTHING or "*" in one
        if not (is_open and may_be_none) and not any(_means(one, names(item)) for item in items):
            raise model_is_missing(one or "_all")
    return [item for item in items if any(_means(one, names(item)) for one in asked)]


def model_is_missing(model_id: str) -> RequestFault:
    """Return the fault for an id that no model and no deployment has."""
    return RequestFault(
        ErrorType.NOT_FOUND, f"No known trained model with model_id [{shorten(model_id)}]"
    )


def _means(asked: str, names: Sequence[str]) -> bool:
    return asked in EVERYTHING or any(matches(asked, name) for name in names)
