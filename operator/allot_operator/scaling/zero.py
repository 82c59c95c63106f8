"""When nothing is asked for: down to zero after a long time, and up again at the first request."""

from __future__ import annotations

from dataclasses import dataclass

from allot_operator.scaling.intervals import Interval
from allot_operator.scaling.observation import Observation, PodWork


@dataclass(frozen=True, slots=True)
class Idleness:
    """Known seconds without a request, and seconds without a gateway."""

    seconds: float = 0.0
    without_gateway: float = 0.0


def follow_idleness(before: Idleness, observation: Observation, interval: Interval) -> Idleness:
    """Return the idleness after an interval; one that is not wholly known adds nothing."""
    step = interval.seconds
    alone = 0.0 if observation.held.is_gateway_there else before.without_gateway + step
    if not observation.live_target or is_active(observation, interval):
        return Idleness(0.0, alone)
    return Idleness(before.seconds + (step if interval.is_complete else 0.0), alone)


def is_active(observation: Observation, interval: Interval) -> bool:
    """Whether any request was seen: arrived, refused, waiting or held."""
    if interval.inputs_arrived or interval.inputs_rejected or observation.held.inputs:
        return True
    return any(
        pod.work.inputs_pending or pod.work.tokens_waiting
        for pod in observation.pods
        if isinstance(pod, PodWork)
    )
