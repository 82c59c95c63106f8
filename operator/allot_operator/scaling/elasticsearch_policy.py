"""Elasticsearch's adaptive allocations: load = arrivals per second x seconds per inference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from allot_operator.scaling.intervals import Sample, Samples
from allot_operator.scaling.kalman import Estimate, update_estimate
from allot_operator.scaling.observation import Observation
from allot_operator.scaling.policy import Policy
from allot_operator.scaling.proposals import Proposal
from allot_operator.scaling.reasons import ScalingReason

ROUND_SECONDS = 10.0
UP_THRESHOLD, DOWN_THRESHOLD = 0.9, 0.85
# What an inference takes as long as none was measured.
UNKNOWN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Round:
    """Inputs that came in a round, those that were done, and the seconds they were computed."""

    seconds: float
    requests: int
    done: int
    busy_seconds: float


@dataclass(frozen=True, slots=True)
class ElasticsearchMemory:
    """The two estimates, the samples of the last round, and when it was, in own seconds.

    `seen` is since when each pod is known to serve; `has_moved` whether the last round returned
    another number.
    """

    rate: Estimate | None = None
    time: Estimate | None = None
    samples: Samples = field(default_factory=dict)
    round_at: float | None = None
    has_moved: bool = False
    seen: Mapping[str, float] = field(default_factory=dict)


def propose_as_elasticsearch(
    policy: Policy,
    memory: ElasticsearchMemory,
    observation: Observation,
    seconds: float,
    *,
    is_time_known: bool,
) -> Proposal[ElasticsearchMemory]:
    """Return what Elasticsearch would set; between its rounds the target is kept.

    Where the time since the last decision is not known, a round begins anew.
    """
    live = observation.live_target or 0
    seen = {
        pod.uid: memory.seen.get(pod.uid, seconds) for pod in observation.pods if pod.is_serving
    }
    is_due = not is_time_known or (
        memory.round_at is None or seconds - memory.round_at >= ROUND_SECONDS
    )
    if not is_due:
        kept = replace(memory, seen=seen)
        return Proposal(live, ScalingReason.KEPT, "between two rounds", kept)
    samples = {pod.uid: Sample(pod, seconds) for pod in observation.answers}
    counted = count_round(memory, observation, seconds) if is_time_known else None
    if counted is None:
        fresh = ElasticsearchMemory(memory.rate, memory.time, samples, seconds, False, seen)
        return Proposal(live, ScalingReason.KEPT, "no pod was seen in two rounds yet", fresh)
    rate, time = update_estimates(memory, counted)
    needed = choose_number(live, rate, time)
    number = max(policy.minimum, min(needed, policy.maximum))
    fresh = ElasticsearchMemory(rate, time, samples, seconds, number != live, seen)
    message = (
        f"{rate.value:.2f} inputs/s arrive"
        + (f" and take {1000 * time.value:.1f} ms each" if time else "")
        + f": {needed} needed"
    )
    if number < live and is_fall_vetoed(policy, observation, seen, seconds):
        number = live
    reason = (
        ScalingReason.MORE_WORK
        if number > live
        else ScalingReason.LESS_WORK
        if number < live
        else ScalingReason.KEPT
    )
    return Proposal(number, reason, message, fresh, needed)


def count_round(
    memory: ElasticsearchMemory, observation: Observation, seconds: float
) -> Round | None:
    """Return what came since the last round; None if no pod was seen in both."""
    requests = done = 0
    busy_seconds, is_known = 0.0, False
    for pod in observation.answers:
        sample = memory.samples.get(pod.uid)
        if sample is None or sample.pod.boot_id != pod.boot_id:
            continue
        is_known = True
        was, work = sample.pod.work, pod.work
        successes = max(0, work.inputs_done - was.inputs_done)
        pending = max(0, work.inputs_pending - was.inputs_pending)
        failed = max(0, work.inputs_failed - was.inputs_failed)
        requests += successes + pending + failed
        done += successes
        busy_seconds += max(0.0, work.busy_seconds - was.busy_seconds)
    if not is_known or memory.round_at is None:
        return None
    return Round(seconds - memory.round_at, requests, done, busy_seconds)


def update_estimates(
    memory: ElasticsearchMemory, counted: Round
) -> tuple[Estimate, Estimate | None]:
    """Return the rate, in inputs per second, and the time of an inference, in seconds."""
    rate = counted.requests / counted.seconds
    expected = memory.rate.value if memory.rate else rate
    variance = max(1.0, expected * counted.seconds) / counted.seconds**2
    estimated = update_estimate(memory.rate, rate, variance, detects=True, is_told=False)
    if not counted.done:
        return estimated, memory.time
    time = counted.busy_seconds / counted.done
    usual = memory.time.value if memory.time else time
    return estimated, update_estimate(
        memory.time,
        time,
        usual**2 / counted.requests,
        detects=False,
        is_told=memory.has_moved,
    )


def choose_number(live: int, rate: Estimate, time: Estimate | None) -> int:
    """Return the number of allocations that the load needs, from a live one of at least 1."""
    shortest = max(0.0, time.lower) if time else UNKNOWN_SECONDS
    longest = time.upper if time else UNKNOWN_SECONDS
    low, high = max(0.0, rate.lower) * shortest, rate.upper * longest
    number = max(1, live)
    while low / number > UP_THRESHOLD:
        number += 1
    while number > 1 and high / (number - 1) < DOWN_THRESHOLD:
        number -= 1
    return number


def is_fall_vetoed(
    policy: Policy, observation: Observation, seen: Mapping[str, float], seconds: float
) -> bool:
    """Whether a pod is on its way, or serves for less than the cooldown."""
    cooldown = policy.tuning.scale_up_cooldown.total_seconds()
    return observation.starting > 0 or any(seconds - since < cooldown for since in seen.values())
