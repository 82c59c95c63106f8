"""What would change the number of allocations, in sentences. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from allot_api.resolve import AdaptiveSettings, DeploymentSettings
from allot_api.scaling import PERCENT
from allot_api.scaling_decision import ScalingDecision
from allot_api.terms import ScalingPolicy
from allot_cli.explain.amounts import say_count, say_duration, say_number
from allot_cli.explain.facts import Deployment

CAPACITY = "capacity_tokens_per_second"


def foresee(
    deployment: Deployment, target: int | None, latest: ScalingDecision | None
) -> tuple[str, ...]:
    """Return what would move the target from where it is.

    `target` is None where nothing was decided yet. The rates rest on what an allocation did at
    the last decision, and on the settings as they are now.
    """
    settings = deployment.settings
    if settings.policy is ScalingPolicy.EXTERNAL:
        return (_say_external(deployment),)
    if settings.adaptive is None:
        return (_say_fixed(deployment),)
    if target is None:
        return ("nothing yet: the operator has not looked at it",)
    if target == 0:
        return ("goes up to 1 with the first request that a gateway holds for it",)
    return (
        *_foresee_rise(settings, settings.adaptive, target, latest),
        *_foresee_fall(settings, settings.adaptive, target, latest),
    )


def say_bounds(settings: DeploymentSettings) -> str:
    """Return between which numbers the target may be."""
    adaptive = settings.adaptive
    if settings.policy is ScalingPolicy.EXTERNAL:
        return f"replicas is {settings.replicas}"
    if adaptive is None:
        return f"num_allocations is {settings.num_allocations}"
    if adaptive.maximum is None:
        return f"at least {adaptive.minimum}, no maximum is given"
    return f"{adaptive.minimum} to {adaptive.maximum} allowed"


def _say_external(deployment: Deployment) -> str:
    writer = deployment.replicas_writer
    written = f", last written by {writer}" if writer else ""
    return (
        f"somebody else: scaling.policy is external, and spec.replicas of ModelDeployment "
        f"{deployment.name} is what counts{written}; by hand: kubectl scale mdep "
        f"{deployment.name} --replicas=NUMBER"
    )


def _say_fixed(deployment: Deployment) -> str:
    if deployment.endpoint:
        place = f"spec.service_settings of InferenceEndpoint {deployment.endpoint}"
    else:
        place = f"spec of ModelDeployment {deployment.name}"
    return (
        f"a person: num_allocations in the {place} sets it; enabled adaptive_allocations there "
        "would make it follow the load"
    )


def _foresee_rise(
    settings: DeploymentSettings,
    adaptive: AdaptiveSettings,
    target: int,
    latest: ScalingDecision | None,
) -> Iterator[str]:
    if adaptive.maximum is not None and target >= adaptive.maximum:
        yield (
            f"does not go up: {adaptive.maximum} is its max_number_of_allocations, and only a "
            "larger one admits more"
        )
    elif settings.policy is ScalingPolicy.ELASTICSEARCH:
        yield "goes up by Elasticsearch's rule, when inputs arrive faster than allocations do them"
    elif planned := _planned_rate(settings, latest):
        share = round(settings.scaling.target_utilization * PERCENT)
        drain = say_duration(timedelta(seconds=settings.scaling.drain_seconds))
        yield (
            f"goes up when clearly more than {say_number(planned * target)} tokens/s arrive "
            f"({share} % of what {say_count(target, 'allocation')} can do), or when more waits "
            f"than they would do in {drain}"
        )
    else:
        yield (
            "goes up when more arrives or waits than its allocations can do; at which rate is not "
            "known until a decision was taken from a measured forward pass"
        )


def _foresee_fall(
    settings: DeploymentSettings,
    adaptive: AdaptiveSettings,
    target: int,
    latest: ScalingDecision | None,
) -> Iterator[str]:
    scaling = settings.scaling
    floor = max(1, adaptive.minimum)
    if target <= floor and adaptive.minimum:
        yield (
            f"does not go down: {adaptive.minimum} is its min_number_of_allocations, and only a "
            "smaller one admits fewer"
        )
    elif target > floor:
        yield _say_fall(settings, target, latest)
        if scaling.scale_up_cooldown:
            yield f"does not go down within {say_duration(scaling.scale_up_cooldown)} of a rise"
    if not adaptive.minimum:
        yield (
            f"goes down to 0 after {say_duration(scaling.scale_to_zero_after)} without a request, "
            "where a gateway is there that could start it again"
        )


def _say_fall(settings: DeploymentSettings, target: int, latest: ScalingDecision | None) -> str:
    if settings.policy is ScalingPolicy.ELASTICSEARCH:
        return "goes down by Elasticsearch's rule, when fewer allocations would do what arrives"
    patience = settings.scaling.scale_down_cooldown
    lasting = f" for {say_duration(patience)}" if patience else ""
    if planned := _planned_rate(settings, latest):
        rate = say_number(planned * (target - 1))
        return f"goes down when clearly fewer than {rate} tokens/s arrive{lasting}"
    return f"goes down when fewer allocations would do what arrives{lasting}"


def _planned_rate(settings: DeploymentSettings, latest: ScalingDecision | None) -> float | None:
    """Return the tokens per second that one allocation is planned to do, None if not known.

    The rates in a decision speak of the target that it moved away from, so they are not used.
    A load that just meets the plan moves nothing, whatever the rate: hence "clearly".
    """
    capacity = latest.inputs.get(CAPACITY) if latest else None
    return None if capacity is None else capacity * settings.scaling.target_utilization
