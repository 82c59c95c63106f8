"""The block `scaling`: who decides the number of allocations, and how quickly it moves.

An InferenceEndpoint and a ModelDeployment have the same block. Each policy reads some of its
fields; one that a policy does not read is refused beside it (`allot_api.rules.scaling`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field, StrictInt

from allot_api.fields import Shape
from allot_api.terms import ScalingPolicy
from allot_api.time_values import parse_time_value

MIN_UTILIZATION, DEFAULT_UTILIZATION, MAX_UTILIZATION = 10, 80, 100
MIN_DRAIN_SECONDS, DEFAULT_DRAIN_SECONDS, MAX_DRAIN_SECONDS = 1, 10, 3_600
DEFAULT_SCALE_DOWN_COOLDOWN = "2m"
# Elasticsearch's adaptive_allocations.scale_up_cooldown_time and scale_to_zero_time.
DEFAULT_SCALE_UP_COOLDOWN: Mapping[ScalingPolicy, str] = {
    ScalingPolicy.WORK: "0s",
    ScalingPolicy.ELASTICSEARCH: "5m",
    ScalingPolicy.EXTERNAL: "0s",
}
DEFAULT_SCALE_TO_ZERO_AFTER = "24h"
PERCENT = 100

# What a time value looks like, and its bounds, are rules, so that messages can say it.
TimeValue = Annotated[str, Field(max_length=32)]


class Scaling(Shape):
    """Who decides the number of allocations, and how quickly it moves."""

    policy: ScalingPolicy = Field(
        ScalingPolicy.WORK,
        description="policy: work scales by the work that waits and arrives, elasticsearch by "
        "Elasticsearch's own rule, external follows the ModelDeployment's spec.replicas, which an "
        "autoscaler or a person writes. The first two move the number only where "
        "adaptive_allocations are enabled; under external neither these nor num_allocations are "
        "read.",
    )
    target_utilization: (
        Annotated[StrictInt, Field(ge=MIN_UTILIZATION, le=MAX_UTILIZATION)] | None
    ) = Field(
        None,
        description="target_utilization is the share of an allocation's capacity, in percent, "
        f"that the policy work plans with; {DEFAULT_UTILIZATION} if left out.",
    )
    drain_seconds: (
        Annotated[StrictInt, Field(ge=MIN_DRAIN_SECONDS, le=MAX_DRAIN_SECONDS)] | None
    ) = Field(
        None,
        description="drain_seconds within which the policy work wants waiting work to be done; "
        f"{DEFAULT_DRAIN_SECONDS} if left out.",
    )
    scale_down_cooldown: TimeValue | None = Field(
        None,
        description="scale_down_cooldown is at most 1d: the policy work lowers the number once all "
        f"its decisions of that long wished for fewer; {DEFAULT_SCALE_DOWN_COOLDOWN} if left out.",
    )
    scale_up_cooldown: TimeValue | None = Field(
        None,
        description="scale_up_cooldown is at most 1d: for that long after a rise the number is not "
        f"lowered; if left out {DEFAULT_SCALE_UP_COOLDOWN[ScalingPolicy.ELASTICSEARCH]} under the "
        "policy elasticsearch, as there, and "
        f"{DEFAULT_SCALE_UP_COOLDOWN[ScalingPolicy.WORK]} under work.",
    )
    scale_to_zero_after: TimeValue | None = Field(
        None,
        description="scale_to_zero_after is at least 1m: the time without requests after which the "
        "number goes to 0 where min_number_of_allocations is 0 or left out; "
        f"{DEFAULT_SCALE_TO_ZERO_AFTER} if left out, as in Elasticsearch.",
    )


@dataclass(frozen=True, slots=True)
class ScalingSettings:
    """A block `scaling` with every default applied; what the policy does not read has one too.

    `target_utilization` is a share of 1.
    """

    policy: ScalingPolicy
    target_utilization: float
    drain_seconds: float
    scale_down_cooldown: timedelta
    scale_up_cooldown: timedelta
    scale_to_zero_after: timedelta


def resolve_scaling(scaling: Scaling) -> ScalingSettings:
    """Return the block's settings with every default applied."""
    utilization = scaling.target_utilization or DEFAULT_UTILIZATION
    up = DEFAULT_SCALE_UP_COOLDOWN[scaling.policy]
    return ScalingSettings(
        policy=scaling.policy,
        target_utilization=utilization / PERCENT,
        drain_seconds=float(scaling.drain_seconds or DEFAULT_DRAIN_SECONDS),
        scale_down_cooldown=_duration(scaling.scale_down_cooldown, DEFAULT_SCALE_DOWN_COOLDOWN),
        scale_up_cooldown=_duration(scaling.scale_up_cooldown, up),
        scale_to_zero_after=_duration(scaling.scale_to_zero_after, DEFAULT_SCALE_TO_ZERO_AFTER),
    )


def dump_scaling(scaling: Scaling) -> dict[str, Any]:
    """Return the block as it is written, without what was left out; empty if all is usual."""
    if scaling == Scaling():
        return {}
    dumped: dict[str, Any] = scaling.model_dump(mode="json", exclude_none=True)
    return dumped


def _duration(text: str | None, default: str) -> timedelta:
    """Return how long the text means; what a stored spec cannot hold counts as left out."""
    found = None if text is None else parse_time_value(text)
    return found if found is not None else _duration(default, default)
