"""The decision on the target of allocations: a function of plain values and the time.

    interval and clock ──► bounds ──► zero ──► the policy's proposal ──► bounds ──► Decision

Whatever a policy proposes: nothing is lowered on an interval that is not wholly known, and the
result is within the bounds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from allot_api.terms import ScalingPolicy
from allot_operator.scaling.elasticsearch_policy import propose_as_elasticsearch
from allot_operator.scaling.intervals import Interval, measure_interval, take_samples
from allot_operator.scaling.memory import Memory
from allot_operator.scaling.observation import Observation
from allot_operator.scaling.policy import FLOOR_WITHOUT_GATEWAY, Bound, Policy
from allot_operator.scaling.pressure import follow_pressure
from allot_operator.scaling.proposals import Numbers, Proposal
from allot_operator.scaling.reasons import ScalingReason
from allot_operator.scaling.work_policy import propose_by_work, size_from_zero
from allot_operator.scaling.zero import follow_idleness

__all__ = ["Decision", "Memory", "ScalingReason", "decide"]

# A gateway that starts anew is away for a moment; only then is a target of 0 given up.
GATEWAY_ABSENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Decision:
    """The target, why, and the numbers by name that it rests on; unknown ones are left out."""

    target: int
    reason: ScalingReason
    message: str
    memory: Memory
    inputs: Numbers = ()


def decide(policy: Policy, memory: Memory, observation: Observation, now: datetime) -> Decision:
    """Return the target of allocations; what is not known changes nothing.

    The result is within the policy's bounds. `memory` is that of the last decision.
    """
    if policy.bound is not Bound.ADAPTIVE:
        message = f"{policy.bound} is {policy.minimum}"
        return Decision(policy.minimum, ScalingReason.AS_ASKED, message, memory)
    clock = memory.clock.advance(now)
    interval = measure_interval(memory.samples, observation.pods, clock.seconds, clock.step)
    memory = replace(
        memory,
        clock=clock,
        samples=take_samples(memory.samples, observation.pods, clock.seconds),
        idleness=follow_idleness(memory.idleness, observation, interval),
    )
    return _decide_adaptive(policy, memory, observation, interval)


def _decide_adaptive(
    policy: Policy, memory: Memory, observation: Observation, interval: Interval
) -> Decision:
    live, floor = observation.live_target, max(FLOOR_WITHOUT_GATEWAY, policy.minimum)
    if live is None:
        return _decide_first(policy, memory, observation)
    if live == 0 and policy.minimum == 0:
        return _decide_at_zero(policy, memory, observation)
    if live < floor:
        message = f"the minimum is {policy.minimum}"
        return _rise(memory, floor, ScalingReason.RAISED_TO_MINIMUM, message, observation)
    if live > policy.maximum:
        reason, message = ScalingReason.LOWERED_TO_MAXIMUM, f"the maximum is {policy.maximum}"
        numbers = count_allocations(observation)
        return Decision(policy.maximum, reason, message, memory, numbers)
    if _is_idle(policy, memory, observation, interval):
        message = f"no request came for {memory.idleness.seconds:,.0f} s"
        return Decision(0, ScalingReason.IDLE, message, memory, count_allocations(observation))
    return _decide_by_load(policy, memory, observation, interval)


def _decide_first(policy: Policy, memory: Memory, observation: Observation) -> Decision:
    floor = max(FLOOR_WITHOUT_GATEWAY, policy.minimum)
    message = f"a new deployment starts with {floor}"
    if policy.minimum >= FLOOR_WITHOUT_GATEWAY:
        message = f"the minimum is {floor}"
    elif policy.starts_at_zero and observation.held.is_gateway_there:
        floor, message = 0, "a preconfigured endpoint starts with 0, since a gateway is there"
    return Decision(floor, ScalingReason.FIRST, message, memory)


def _is_idle(policy: Policy, memory: Memory, observation: Observation, interval: Interval) -> bool:
    """Whether nothing was asked for as long as it takes, and a gateway could start one again."""
    long_enough = policy.tuning.scale_to_zero_after.total_seconds()
    is_allowed = policy.minimum == 0 and observation.held.is_gateway_there
    return is_allowed and interval.is_complete and memory.idleness.seconds >= long_enough


def _decide_at_zero(policy: Policy, memory: Memory, observation: Observation) -> Decision:
    inputs = observation.held.inputs
    if inputs > 0:
        number = size_from_zero(policy, memory.work, inputs)
        message = f"{inputs:,} inputs are held, and none serves"
        reason = ScalingReason.REQUESTS_HELD
        return _rise(memory, min(number, policy.maximum), reason, message, observation)
    if memory.idleness.without_gateway >= GATEWAY_ABSENCE_SECONDS:
        message = "no gateway is there that could start one for a request"
        return _rise(memory, 1, ScalingReason.NO_GATEWAY, message, observation)
    message, numbers = "nothing is asked for", count_allocations(observation)
    return Decision(0, ScalingReason.KEPT, message, memory, numbers)


def _decide_by_load(
    policy: Policy, memory: Memory, observation: Observation, interval: Interval
) -> Decision:
    seconds = memory.clock.seconds
    match policy.name:
        case ScalingPolicy.ELASTICSEARCH:
            is_time_known = interval.seconds > 0.0
            as_there = propose_as_elasticsearch(
                policy, memory.elasticsearch, observation, seconds, is_time_known=is_time_known
            )
            memory = replace(memory, elasticsearch=as_there.memory)
            return _keep_within(policy, memory, observation, interval, as_there)
        case ScalingPolicy.WORK | ScalingPolicy.EXTERNAL:
            by_work = propose_by_work(policy, memory.work, observation, interval, seconds)
            memory = replace(memory, work=by_work.memory)
            return _keep_within(policy, memory, observation, interval, by_work)
        case _ as unreachable:
            assert_never(unreachable)


def _keep_within(
    policy: Policy,
    memory: Memory,
    observation: Observation,
    interval: Interval,
    proposal: Proposal[object],
) -> Decision:
    """Return the decision on a proposal: within the bounds, and lowered only on what is known."""
    live = observation.live_target or 0
    floor = max(FLOOR_WITHOUT_GATEWAY, policy.minimum)
    target = max(floor, min(proposal.target, policy.maximum))
    pressure = follow_pressure(
        memory.pressure,
        is_over=proposal.wanted is not None and proposal.wanted > policy.maximum,
        step=interval.seconds if interval.is_complete else 0.0,
        patience=policy.tuning.scale_down_cooldown.total_seconds(),
    )
    memory = replace(memory, pressure=pressure)
    if target < live and (not interval.is_complete or is_rise_recent(policy, memory)):
        target = live
    numbers = (*count_allocations(observation), *proposal.numbers)
    if proposal.wanted is not None:
        numbers = (("wanted_allocations", float(proposal.wanted)), *numbers)
    reason = proposal.reason
    if target == live:
        is_held_back = pressure.is_high and live == policy.maximum
        reason = ScalingReason.AT_MAXIMUM if is_held_back else ScalingReason.KEPT
    if target > live:
        memory = replace(memory, risen_at=memory.clock.seconds)
    return Decision(target, reason, proposal.message, memory, numbers)


def is_rise_recent(policy: Policy, memory: Memory) -> bool:
    """Whether the target rose within the cooldown of a rise."""
    if memory.risen_at is None:
        return False
    age = memory.clock.seconds - memory.risen_at
    return age < policy.tuning.scale_up_cooldown.total_seconds()


def count_allocations(observation: Observation) -> Numbers:
    """Return how many serve, are on their way, and have no place, and what is held."""
    numbers = [
        ("serving_allocations", float(observation.serving)),
        ("pending_allocations", float(observation.starting)),
        ("stuck_allocations", float(observation.stuck)),
    ]
    if observation.held.inputs:
        numbers.append(("held_inputs", float(observation.held.inputs)))
    return tuple(numbers)


def _rise(
    memory: Memory, number: int, reason: ScalingReason, message: str, observation: Observation
) -> Decision:
    risen = replace(memory, risen_at=memory.clock.seconds)
    return Decision(number, reason, message, risen, count_allocations(observation))
