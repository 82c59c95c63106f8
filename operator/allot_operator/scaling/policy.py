"""Between which numbers the target may be, taken from the settings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from allot_api.resolve import DEFAULT_NUM_ALLOCATIONS, DeploymentSettings
from allot_api.terms import ScalingPolicy

# Nothing goes to zero unless a gateway is there to start a pod again, and none is yet.
FLOOR_WITHOUT_GATEWAY = 1
# Elasticsearch's own safeguard where no maximum was given.
DEFAULT_MAXIMUM = 32


class Bound(StrEnum):
    """What sets the bounds, as messages name it."""

    FIXED = "num_allocations"
    ADAPTIVE = "adaptive_allocations"
    EXTERNAL = "replicas"


@dataclass(frozen=True, slots=True)
class Policy:
    """The bounds, both included, and what set them."""

    bound: Bound
    minimum: int
    maximum: int


def build_policy(settings: DeploymentSettings) -> Policy:
    """Return the policy of a deployment."""
    if settings.policy is ScalingPolicy.EXTERNAL:
        return Policy(Bound.EXTERNAL, settings.replicas, settings.replicas)
    if settings.adaptive is None:
        number = settings.num_allocations or DEFAULT_NUM_ALLOCATIONS
        return Policy(Bound.FIXED, number, number)
    minimum = max(FLOOR_WITHOUT_GATEWAY, settings.adaptive.minimum)
    maximum = settings.adaptive.maximum or DEFAULT_MAXIMUM
    return Policy(Bound.ADAPTIVE, minimum, max(minimum, maximum))
