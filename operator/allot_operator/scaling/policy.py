"""By which rule the target follows the load, between which bounds, and how eagerly."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from allot_api.resolve import DEFAULT_NUM_ALLOCATIONS, DeploymentSettings
from allot_api.scaling import ScalingSettings
from allot_api.terms import ScalingPolicy

# Nothing goes to zero unless a gateway is there to start a pod again.
FLOOR_WITHOUT_GATEWAY = 1
# Elasticsearch's own safeguard where no maximum was given.
DEFAULT_MAXIMUM = 32


class Bound(StrEnum):
    """What sets the bounds, as messages name it."""

    FIXED = "num_allocations"
    ADAPTIVE = "adaptive_allocations"
    EXTERNAL = "replicas"


@dataclass(frozen=True, slots=True)
class Tuning:
    """How eagerly the target follows the load.

    `target_utilization` is the share of an allocation's capacity that is planned with;
    `drain_seconds` is within how long a backlog is to be worked off. The target goes down only
    after all decisions of `scale_down_cooldown` wished for less, and not within
    `scale_up_cooldown` of a rise. `scale_to_zero_after` is the time without a request.
    """

    target_utilization: float = 0.8
    drain_seconds: float = 10.0
    scale_down_cooldown: timedelta = timedelta(minutes=2)
    scale_up_cooldown: timedelta = timedelta(0)
    scale_to_zero_after: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Policy:
    """The rule, the bounds (both included), what set them, and the tuning.

    `minimum` is 0 where the target may go to zero, once a gateway is there; with `starts_at_zero`
    it begins there.
    """

    bound: Bound
    minimum: int
    maximum: int
    name: ScalingPolicy = ScalingPolicy.WORK
    tuning: Tuning = field(default_factory=Tuning)
    starts_at_zero: bool = False


def build_policy(settings: DeploymentSettings) -> Policy:
    """Return the policy of a deployment."""
    name = settings.policy
    if name is ScalingPolicy.EXTERNAL:
        return Policy(Bound.EXTERNAL, settings.replicas, settings.replicas, name)
    if settings.adaptive is None:
        number = settings.num_allocations or DEFAULT_NUM_ALLOCATIONS
        return Policy(Bound.FIXED, number, number, name)
    minimum = settings.adaptive.minimum
    maximum = settings.adaptive.maximum or DEFAULT_MAXIMUM
    tuning = build_tuning(settings.scaling)
    most = max(minimum, maximum)
    return Policy(Bound.ADAPTIVE, minimum, most, name, tuning, settings.starts_at_zero)


def build_tuning(scaling: ScalingSettings) -> Tuning:
    """Return how eager the settings make the policy."""
    return Tuning(
        target_utilization=scaling.target_utilization,
        drain_seconds=scaling.drain_seconds,
        scale_down_cooldown=scaling.scale_down_cooldown,
        scale_up_cooldown=scaling.scale_up_cooldown,
        scale_to_zero_after=scaling.scale_to_zero_after,
    )
