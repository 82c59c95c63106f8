"""The policy `work`: as many allocations as the work that arrives and waits needs.

An allocation's capacity is its rate of tokens at full passes, so that one which answers many
short queries in small passes is not taken for busy. Up at once on strong evidence, down with
patience.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from allot_operator.scaling.arrivals import Arrivals, Span
from allot_operator.scaling.backlog import (
    UNKNOWN_START_SECONDS,
    Starts,
    count_for_backlog,
    count_for_held,
    measure_excess,
    measure_waiting,
    plan_drain,
    project_excess,
)
from allot_operator.scaling.capacity import Capacity, find_capacity
from allot_operator.scaling.cost_model import CostModel
from allot_operator.scaling.evidence import Evidence, weigh
from allot_operator.scaling.intervals import Interval
from allot_operator.scaling.observation import Observation
from allot_operator.scaling.patience import Patience
from allot_operator.scaling.policy import Policy
from allot_operator.scaling.proposals import Proposal
from allot_operator.scaling.reasons import ScalingReason
from allot_operator.scaling.saturation import Saturation, follow_saturation
from allot_operator.scaling.work_words import Findings, describe, tell_numbers

# A load that is just met shall neither rise nor fall for ever: another allocation is begun when
# it is above the plan by more than what is tolerated before one is given up.
RISE_MARGIN, FALL_MARGIN = 1.05, 1.03


@dataclass(frozen=True, slots=True)
class WorkMemory:
    """What passes cost, what arrived, since when less would do, and what pods last said.

    `pass_tokens` and `start_seconds` are means over the pods that answered last, `held` the
    inputs that gateways had; `risen_at` is when the target last rose, in own seconds.
    """

    cost: CostModel = field(default_factory=CostModel)
    arrivals: Arrivals = field(default_factory=Arrivals)
    patience: Patience = field(default_factory=Patience)
    pass_tokens: float | None = None
    start_seconds: float | None = None
    held: int = 0
    risen_at: float | None = None
    saturation: Saturation = field(default_factory=Saturation)


def propose_by_work(
    policy: Policy,
    memory: WorkMemory,
    observation: Observation,
    interval: Interval,
    seconds: float,
) -> Proposal[WorkMemory]:
    """Return the target that the work needs; `seconds` is the own clock's."""
    live = observation.live_target or 0
    memory = learn(memory, observation, interval)
    cost, length = memory.cost.fit(), memory.cost.input_tokens
    if cost is None or length is None or memory.pass_tokens is None:
        return _propose_unmeasured(policy, memory, observation, interval)
    capacity = find_capacity(cost, memory.pass_tokens, length)
    planned = policy.tuning.target_utilization * capacity.best
    evidence = weigh(memory.arrivals, length, RISE_MARGIN * planned * live)
    excess = measure_excess(observation, capacity, length)
    starts = _find_starts(memory, seconds)
    left = project_excess(excess, observation, capacity, evidence.expected, starts)
    waiting = measure_waiting(observation, length)
    saturation = follow_saturation(memory.saturation, observation, interval, capacity, waiting)
    rise, reason = choose_rise(policy, observation, capacity, evidence, left)
    if saturation.is_lasting and not observation.stuck:
        rise = max(rise, live + 1)
    fall = choose_fall(policy, capacity, evidence, excess)
    patience = _follow(policy, memory.patience, interval, fall, live)
    target = rise
    if rise <= live:
        target = patience.choose(live, _window(policy)) if interval.is_complete else live
        reason = ScalingReason.LESS_WORK if target < live else ScalingReason.KEPT
    wanted = rise if rise > live or fall is None else max(rise, min(fall, live))
    findings = Findings(
        cost=cost,
        capacity=capacity,
        arriving=evidence.mean,
        waiting=waiting,
        wanted=wanted,
        start_seconds=memory.start_seconds,
    )
    return Proposal(
        target=target,
        reason=reason,
        message=describe(policy, observation, findings),
        memory=replace(
            memory,
            patience=patience,
            risen_at=seconds if target > live else memory.risen_at,
            saturation=saturation,
        ),
        wanted=wanted,
        numbers=tell_numbers(policy, observation, findings),
    )


def size_from_zero(policy: Policy, memory: WorkMemory, held_inputs: int) -> int:
    """Return how many allocations what is held needs; 1 while it is not known what one does."""
    cost, length = memory.cost.fit(), memory.cost.input_tokens
    if cost is None or length is None or memory.pass_tokens is None:
        return 1
    capacity = find_capacity(cost, memory.pass_tokens, length)
    drain = policy.tuning.drain_seconds
    return count_for_held(held_inputs * length, capacity, drain_seconds=drain)


def learn(memory: WorkMemory, observation: Observation, interval: Interval) -> WorkMemory:
    """Return the memory after what the pods did and said."""
    answers = observation.answers
    cost = memory.cost.learn(interval)
    if not cost.passes:
        cost = cost.guess(pod.work for pod in answers)
    starts = [pod.start_seconds for pod in answers if pod.start_seconds is not None]
    held = observation.held.inputs
    return WorkMemory(
        cost=cost,
        arrivals=_add_arrivals(memory, interval, cost.input_tokens or 0.0, held),
        patience=memory.patience,
        pass_tokens=(
            sum(pod.pass_tokens for pod in answers) / len(answers)
            if answers
            else memory.pass_tokens
        ),
        start_seconds=sum(starts) / len(starts) if starts else memory.start_seconds,
        held=held,
        risen_at=memory.risen_at,
        saturation=memory.saturation,
    )


def _add_arrivals(memory: WorkMemory, interval: Interval, length: float, held: int) -> Arrivals:
    """Return the arrivals with those of an interval.

    What gateways hold arrived there; once a pod serves it arrives at that pod, and not anew.
    """
    if interval.seconds <= 0.0:
        return memory.arrivals
    elsewhere = interval.inputs_rejected + held - memory.held
    tokens = max(0.0, interval.tokens_arrived + elsewhere * length)
    return memory.arrivals.add(Span(interval.seconds, tokens, interval.is_complete), length)


def choose_rise(
    policy: Policy,
    observation: Observation,
    capacity: Capacity,
    evidence: Evidence,
    left: float,
) -> tuple[int, ScalingReason]:
    """Return how many allocations are surely needed, and for what.

    `left` are the tokens that will wait when a pod made now would serve.
    """
    planned = policy.tuning.target_utilization * capacity.best
    arriving = math.ceil(evidence.above / planned)
    # Where pods have no place, more would have none either: the backlog is not theirs.
    if observation.stuck or left <= 0.0:
        return arriving, ScalingReason.MORE_WORK
    drain = plan_drain(policy.tuning.drain_seconds, is_bursty=evidence.is_bursty)
    waiting = count_for_backlog(left, capacity.best, evidence.expected, drain)
    if waiting > arriving:
        return waiting, ScalingReason.BACKLOG
    return arriving, ScalingReason.MORE_WORK


def choose_fall(
    policy: Policy, capacity: Capacity, evidence: Evidence, excess: float
) -> int | None:
    """Return how many allocations are surely enough, at least 1; None while that is not known."""
    rate = evidence.upper
    if rate is None:
        return None
    planned = policy.tuning.target_utilization * capacity.worst
    enough = math.ceil(rate / (FALL_MARGIN * planned))
    if excess > 0.0:
        drain = plan_drain(policy.tuning.drain_seconds, is_bursty=evidence.is_bursty)
        backlog = count_for_backlog(excess, capacity.worst, rate, drain)
        enough = max(enough, backlog)
    return max(1, enough)


def _find_starts(memory: WorkMemory, seconds: float) -> Starts:
    start = memory.start_seconds or UNKNOWN_START_SECONDS
    age = start if memory.risen_at is None else seconds - memory.risen_at
    return Starts(start, age)


def _window(policy: Policy) -> float:
    return policy.tuning.scale_down_cooldown.total_seconds()


def _follow(
    policy: Policy, patience: Patience, interval: Interval, fall: int | None, live: int
) -> Patience:
    if fall is None or not interval.is_complete:
        return patience.wait(interval.seconds)
    return patience.wish(fall, live, interval.seconds, _window(policy))


def _propose_unmeasured(
    policy: Policy, memory: WorkMemory, observation: Observation, interval: Interval
) -> Proposal[WorkMemory]:
    """Return the proposal where no pass was ever seen: one is enough for no work at all."""
    live = observation.live_target or 0
    is_quiet = not any(span.tokens for span in memory.arrivals.spans)
    is_quiet = is_quiet and not observation.held.inputs
    is_quiet = is_quiet and not any(pod.work.inputs_pending for pod in observation.answers)
    patience = _follow(policy, memory.patience, interval, 1 if is_quiet else None, live)
    target = patience.choose(live, _window(policy)) if interval.is_complete else live
    reason = ScalingReason.LESS_WORK if target < live else ScalingReason.KEPT
    message = "nothing was asked for yet" if is_quiet else "no forward pass was measured yet"
    return Proposal(target, reason, message, replace(memory, patience=patience))
