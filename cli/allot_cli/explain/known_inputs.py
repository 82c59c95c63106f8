"""The numbers that a decision rests on: each with its unit and a plain sentence. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from allot_cli.explain.amounts import say_number

PERCENT = 100
MILLISECONDS = 1_000


class Unit(StrEnum):
    """What a number counts, as it is written behind it."""

    TOKENS_PER_SECOND = "tokens/s"
    TOKENS = "tokens"
    INPUTS = "inputs"
    ALLOCATIONS = "allocations"
    SECONDS = "s"
    SHARE = "%"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a number is."""

    unit: Unit
    sentence: str


KNOWN_INPUTS: Mapping[str, Meaning] = {
    "arriving_tokens_per_second": Meaning(
        Unit.TOKENS_PER_SECOND, "arrive, over the last minute at most"
    ),
    "waiting_tokens": Meaning(Unit.TOKENS, "wait in the pods to be computed"),
    "capacity_tokens_per_second": Meaning(
        Unit.TOKENS_PER_SECOND, "one allocation does when its forward passes are full"
    ),
    "utilization": Meaning(Unit.SHARE, "of the capacity that serves is used by what arrives"),
    "wanted_allocations": Meaning(
        Unit.ALLOCATIONS, "the load needs, before bounds and cooldowns are looked at"
    ),
    "serving_allocations": Meaning(Unit.ALLOCATIONS, "serve"),
    "pending_allocations": Meaning(Unit.ALLOCATIONS, "are on their way"),
    "stuck_allocations": Meaning(
        Unit.ALLOCATIONS, "have no place: no node takes them, or a quota refuses them"
    ),
    "seconds_per_pass": Meaning(Unit.SECONDS, "a forward pass takes, however little is in it"),
    "seconds_per_token": Meaning(Unit.SECONDS, "each token adds to its forward pass"),
    "start_seconds": Meaning(Unit.SECONDS, "a new pod takes until it serves"),
    "rises_above_tokens_per_second": Meaning(
        Unit.TOKENS_PER_SECOND, "is the rate above which the number of that time rises"
    ),
    "falls_below_tokens_per_second": Meaning(
        Unit.TOKENS_PER_SECOND, "is the rate below which the number of that time falls"
    ),
    "held_inputs": Meaning(Unit.INPUTS, "are held by a gateway until a pod serves"),
}
NO_MEANING = Meaning(Unit.UNKNOWN, "")


@dataclass(frozen=True, slots=True)
class ShownInput:
    """A number as people read it: its name, its amount with the unit, and what it is."""

    name: str
    amount: str
    sentence: str


def show_inputs(inputs: Mapping[str, float]) -> tuple[ShownInput, ...]:
    """Return the numbers in the order in which they are explained; unknown ones last, as is."""
    known = [name for name in KNOWN_INPUTS if name in inputs]
    others = [name for name in inputs if name not in KNOWN_INPUTS]
    return tuple(_show(name, inputs[name]) for name in (*known, *others))


def _show(name: str, value: float) -> ShownInput:
    meaning = KNOWN_INPUTS.get(name, NO_MEANING)
    return ShownInput(name, _amount(value, meaning.unit), meaning.sentence)


def _amount(value: float, unit: Unit) -> str:
    match unit:
        case Unit.UNKNOWN:
            return say_number(value)
        case Unit.SHARE:
            return f"{say_number(round(value * PERCENT))} %"
        case Unit.SECONDS if abs(value) < 1:
            return f"{say_number(value * MILLISECONDS)} ms"
        case Unit.ALLOCATIONS | Unit.INPUTS | Unit.TOKENS if value == 1:
            return f"1 {unit.removesuffix('s')}"
        case _:
            return f"{say_number(value)} {unit}"
