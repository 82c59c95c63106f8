"""The rules of the block scaling, which InferenceEndpoint and ModelDeployment share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Generic

from allot_api.rules.rule import Candidate, Rule, SpecT, Term, ViolationReason, quote
from allot_api.scaling import Scaling
from allot_api.terms import ScalingPolicy
from allot_api.time_values import SECONDS_BY_UNIT, TIME_VALUE_PATTERN, parse_time_value

BLOCK = "self.scaling"
OF_WORK = (ScalingPolicy.WORK,)
OF_BOTH = (ScalingPolicy.WORK, ScalingPolicy.ELASTICSEARCH)
# Which policies read a setting; `external` reads none.
READERS: Mapping[str, tuple[ScalingPolicy, ...]] = {
    "target_utilization": OF_WORK,
    "drain_seconds": OF_WORK,
    "scale_down_cooldown": OF_WORK,
    "scale_up_cooldown": OF_BOTH,
    "scale_to_zero_after": OF_BOTH,
}
TIME_EXAMPLES: Mapping[str, str] = {
    "scale_down_cooldown": "2m",
    "scale_up_cooldown": "5m",
    "scale_to_zero_after": "24h",
}
LONGEST_COOLDOWN = timedelta(days=1)
SHORTEST_IDLENESS = timedelta(minutes=1)

ReadScaling = Callable[[Candidate[SpecT]], Scaling | None]
IS_EXTERNAL = f"(has({BLOCK}) && {BLOCK}.policy == {quote(ScalingPolicy.EXTERNAL)})"


def is_external(scaling: Scaling | None) -> bool:
    """Return whether somebody else decides the number of allocations."""
    return scaling is not None and scaling.policy is ScalingPolicy.EXTERNAL


def scaling_rules(read: ReadScaling[SpecT]) -> tuple[Rule[SpecT], ...]:
    """Return the rules of the block for one kind."""
    return (
        *(_reader_rule(_Field(name, read)) for name in READERS),
        *(_time_rule(_Field(name, read)) for name in TIME_EXAMPLES),
        *(
            _bound_rule(
                _Field(name, read),
                f"<= {LONGEST_COOLDOWN.total_seconds():.0f}",
                lambda length: length <= LONGEST_COOLDOWN,
                "a cooldown lasts at most a day: write 1d or less",
            )
            for name in ("scale_down_cooldown", "scale_up_cooldown")
        ),
        _bound_rule(
            _Field("scale_to_zero_after", read),
            f">= {SHORTEST_IDLENESS.total_seconds():.0f}",
            lambda length: length >= SHORTEST_IDLENESS,
            "it is at least a minute: write 1m or more, or min_number_of_allocations: 1 if one is "
            "always to be there",
        ),
    )


def attached_scaling_rule(
    read: ReadScaling[SpecT], attached: tuple[str, Callable[[Candidate[SpecT]], bool]]
) -> Rule[SpecT]:
    """Return the rule that an endpoint without pods of its own says nothing about their number.

    `attached` is whether it shares a deployment, in CEL and in Python.
    """
    attached_cel, is_attached = attached
    return Rule(
        name="scaling_of_an_attached_endpoint",
        path="scaling",
        cel=f"!has({BLOCK}) || !({attached_cel})",
        holds=lambda it: read(it) is None or not is_attached(it),
        message="scaling stands beside deployment_id: an endpoint that shares a deployment has no "
        "pods of its own: write scaling into that ModelDeployment, or leave deployment_id out",
        reason=ViolationReason.FORBIDDEN,
    )


class _Field(Generic[SpecT]):
    """One setting of the block, in CEL and in Python."""

    def __init__(self, name: str, read: ReadScaling[SpecT]) -> None:
        self.name = name
        self.cel = f"{BLOCK}.{name}"
        self.is_absent_cel = f"!has({BLOCK}) || !has({self.cel})"
        self._read = read

    def value(self, candidate: Candidate[SpecT]) -> object:
        scaling = self._read(candidate)
        return getattr(scaling, self.name) if scaling else None

    def length(self, candidate: Candidate[SpecT]) -> timedelta | None:
        return parse_time_value(str(self.value(candidate)))

    def policy(self, candidate: Candidate[SpecT]) -> ScalingPolicy:
        return (self._read(candidate) or Scaling()).policy


def _reader_rule(field: _Field[SpecT]) -> Rule[SpecT]:
    """Return the rule that a setting stands beside a policy that reads it."""
    readers = READERS[field.name]
    quoted = ", ".join(quote(policy) for policy in readers)
    return Rule(
        name=f"{field.name}_of_another_policy",
        path=f"scaling.{field.name}",
        cel=f"{field.is_absent_cel} || {BLOCK}.policy in [{quoted}]",
        holds=lambda it: field.value(it) is None or field.policy(it) in readers,
        message=f"{field.name} is given beside policy {{policy}}, which does not read it: leave "
        f"{field.name} out, or write policy: {' or '.join(readers)}",
        terms={"policy": Term(f"{BLOCK}.policy", field.policy)},
    )


def _time_rule(field: _Field[SpecT]) -> Rule[SpecT]:
    """Return the rule that a setting is a time value."""
    units = "s, m, h and d"
    return Rule(
        name=f"{field.name}_form",
        path=f"scaling.{field.name}",
        cel=f"{field.is_absent_cel} || {field.cel}.matches({quote(TIME_VALUE_PATTERN)})",
        holds=lambda it: field.value(it) is None or field.length(it) is not None,
        message=f"{field.name} is '{{time}}': a time is a whole number of up to five digits and "
        f"one of the units {units}: write one like {TIME_EXAMPLES[field.name]}",
        terms={"time": Term(field.cel, field.value)},
    )


def _bound_rule(
    field: _Field[SpecT], comparison_cel: str, obeys: Callable[[timedelta], bool], says: str
) -> Rule[SpecT]:
    """Return the rule that a time value is not too long or too short.

    `comparison_cel` follows its seconds in CEL. What is no time value obeys it.
    """
    units = ", ".join(f"{quote(unit)}: {scale}" for unit, scale in SECONDS_BY_UNIT.items())
    amount = f"int({field.cel}.substring(0, {field.cel}.size() - 1))"
    scale = f"{{{units}}}[{field.cel}.substring({field.cel}.size() - 1)]"
    return Rule(
        name=f"{field.name}_bound",
        path=f"scaling.{field.name}",
        cel=f"{field.is_absent_cel} || !{field.cel}.matches({quote(TIME_VALUE_PATTERN)}) "
        f"|| {amount} * {scale} {comparison_cel}",
        holds=lambda it: (length := field.length(it)) is None or obeys(length),
        message=f"{field.name} is {{time}}: {says}",
        terms={"time": Term(field.cel, field.value)},
    )
