"""A pod's trouble as one sentence: what is wrong, and what to write where a setting mends it."""

from __future__ import annotations

import math

from allot_api.quantities import parse_quantity
from allot_operator.desired.quantities import MEBIBYTE, format_mebibytes
from allot_operator.facts.pods import Pod, Trouble, Wishes
from allot_operator.judging.scheduling_words import describe_unschedulable

LIMIT_FIELD = "pod.resources.limits.memory"
REQUEST_FIELD = "pod.resources.requests.memory"


def describe_trouble(pod: Pod) -> str:
    """Return the sentence about a pod in trouble."""
    match pod.trouble:
        case Trouble.UNSCHEDULABLE:
            why = describe_unschedulable(pod.trouble_message, pod.wishes)
            return f"pod {pod.name} fits on no node: {why}"
        case Trouble.OUT_OF_MEMORY:
            return f"pod {pod.name}: {describe_memory_end(pod.wishes)}"
        case _:
            return f"pod {pod.name}: {pod.trouble_message}"


def describe_memory_end(wishes: Wishes) -> str:
    """Return how a process ended for its memory, with the limit and a larger one."""
    limit = wishes.memory_limit
    if not limit:
        asked = wishes.requests.get("memory", "")
        asks = f", beyond the {asked} that it asks for" if asked else ""
        return (
            f"the process was killed because its node ran out of memory{asks}: it has no limit "
            f"of its own: write a larger {REQUEST_FIELD}{_twice(asked)}"
        )
    return (
        f"the process was killed at its memory limit of {limit}: write a larger "
        f"{LIMIT_FIELD}{_twice(limit)}"
    )


def _twice(amount: str) -> str:
    quantity = parse_quantity(amount)
    if quantity is None:
        return ""
    return f", such as {format_mebibytes(math.ceil(2 * quantity / MEBIBYTE))}"
