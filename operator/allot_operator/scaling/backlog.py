"""What waits, and how many allocations would do it in time.

A pod that is made now helps only once it has started: until then those that serve, and those on
their way, work on, and more arrives. What is left by then is to be done within `drain_seconds`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from allot_operator.scaling.capacity import Capacity
from allot_operator.scaling.observation import Observation

# What waits while all is well: the next pass of each pod, and one more.
USUAL_PASSES = 2.0
# Where requests come in bulk, a backlog comes and goes with each of them: less is begun for it.
SLACK, BULK_SLACK = 0.75, 1.0
# Until a pod said how long it took to start.
UNKNOWN_START_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Drain:
    """Within how many seconds what waits is to be done.

    `slack` is the part of an allocation that is not begun for it, but left to the headroom that
    the target utilization leaves.
    """

    seconds: float
    slack: float


@dataclass(frozen=True, slots=True)
class Starts:
    """The seconds that a pod takes to start, and since when pods are on their way."""

    seconds: float = UNKNOWN_START_SECONDS
    age: float = 0.0


def measure_waiting(observation: Observation, input_tokens: float) -> float:
    """Return the tokens that wait at pods and gateways."""
    waiting = sum(pod.work.tokens_waiting for pod in observation.answers)
    return waiting + observation.held.inputs * input_tokens


def count_for_held(tokens: float, capacity: Capacity, *, drain_seconds: float) -> int:
    """Return how many allocations do, in time, what is held while there is none."""
    return max(1, math.ceil(tokens / (drain_seconds * capacity.usual)))


def measure_excess(observation: Observation, capacity: Capacity, input_tokens: float) -> float:
    """Return the tokens that wait beyond the usual."""
    usual = USUAL_PASSES * capacity.pass_tokens * observation.serving
    return max(0.0, measure_waiting(observation, input_tokens) - usual)


def project_excess(
    excess: float, observation: Observation, capacity: Capacity, rate: float, starts: Starts
) -> float:
    """Return the tokens that will wait when a pod made now would serve, at a rate of arrivals."""
    serving, starting = observation.serving, observation.starting
    remaining = max(0.0, starts.seconds - starts.age) if starting else 0.0
    then = max(0.0, excess + (rate - capacity.best * serving) * remaining)
    everyone = capacity.best * (serving + starting)
    return max(0.0, then + (rate - everyone) * (starts.seconds - remaining))


def plan_drain(drain_seconds: float, *, is_bursty: bool) -> Drain:
    """Return how a backlog is to be worked off."""
    return Drain(drain_seconds, BULK_SLACK if is_bursty else SLACK)


def count_for_backlog(excess: float, capacity: float, rate: float, drain: Drain) -> int:
    """Return how many allocations of a capacity do what arrives and, in time, what waits."""
    return math.floor((rate + excess / drain.seconds) / capacity + 1.0 - drain.slack)
