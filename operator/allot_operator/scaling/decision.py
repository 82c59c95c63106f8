"""The decision on the target of allocations: a function of plain values and the time."""

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
from allot_operator.scaling.proposals import Numbers
from allot_operator.scaling.reasons import ScalingReason
from allot_operator.scaling.work_policy import propose_by_work
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
    samples = take_samples(memory.samples, observation.pods, clock.seconds)
    idleness = follow_idleness(memory.idleness, observation, interval)
    memory = replace(memory, clock=clock, samples=samples, idleness=idleness)
    decision = _decide_adaptive(policy, memory, observation, interval)
    return replace(decision, inputs=(*_count_allocations(observation), *decision.inputs))


def _decide_adaptive(
    policy: Policy, memory: Memory, observation: Observation, interval: Interval
) -> Decision:
    live = observation.live_target
    if live is None:
        first = max(FLOOR_WITHOUT_GATEWAY, policy.minimum)
        return Decision(first, ScalingReason.FIRST, f"the minimum is {policy.minimum}", memory)
    if live == 0 and policy.minimum == 0:
        return _decide_at_zero(policy, memory, observation)
    floor = max(FLOOR_WITHOUT_GATEWAY, policy.minimum)
    if live < floor:
        message = f"the minimum is {policy.minimum}"
        return _rise(Decision(floor, ScalingReason.RAISED_TO_MINIMUM, message, memory))
    if live > policy.maximum:
        message = f"the maximum is {policy.maximum}"
        return Decision(policy.maximum, ScalingReason.LOWERED_TO_MAXIMUM, message, memory)
    idle = policy.tuning.scale_to_zero_after.total_seconds()
    is_idle = memory.idleness.seconds >= idle and interval.is_complete
    if policy.minimum == 0 and is_idle and observation.held.is_gateway_there:
        message = f"no request came for {idle:,.0f} s"
        return Decision(0, ScalingReason.IDLE, message, memory)
    return _decide_by_load(policy, memory, observation, interval)


def _decide_at_zero(policy: Policy, memory: Memory, observation: Observation) -> Decision:
    held = observation.held
    if held.inputs:
        message = f"{held.inputs} inputs are held"
        return _rise(Decision(1, ScalingReason.REQUESTS_HELD, message, memory))
    if memory.idleness.without_gateway >= GATEWAY_ABSENCE_SECONDS:
        message = "no gateway is there that could start one"
        return _rise(Decision(1, ScalingReason.RAISED_TO_MINIMUM, message, memory))
    return Decision(0, ScalingReason.KEPT, "nothing is asked for", memory)


def _decide_by_load(
    policy: Policy, memory: Memory, observation: Observation, interval: Interval
) -> Decision:
    live, seconds = observation.live_target or 0, memory.clock.seconds
    match policy.name:
        case ScalingPolicy.ELASTICSEARCH:
            as_there = propose_as_elasticsearch(
                policy,
                memory.elasticsearch,
                observation,
                seconds,
                is_time_known=interval.seconds > 0.0,
            )
            memory = replace(memory, elasticsearch=as_there.memory)
            target, wanted = as_there.target, as_there.wanted
            reason, message, numbers = as_there.reason, as_there.message, as_there.numbers
        case ScalingPolicy.WORK | ScalingPolicy.EXTERNAL:
            by_work = propose_by_work(policy, memory.work, observation, interval, seconds)
            memory = replace(memory, work=by_work.memory)
            target, wanted = by_work.target, by_work.wanted
            reason, message, numbers = by_work.reason, by_work.message, by_work.numbers
        case _ as unreachable:
            assert_never(unreachable)
    target = max(FLOOR_WITHOUT_GATEWAY, policy.minimum, min(target, policy.maximum))
    if target < live and (not interval.is_complete or is_rise_recent(policy, memory)):
        target, reason = live, ScalingReason.KEPT
    if target == live:
        reason = ScalingReason.KEPT
    if wanted is not None:
        numbers = (("wanted_allocations", float(wanted)), *numbers)
    decision = Decision(target, reason, message, memory, numbers)
    return _rise(decision) if target > live else decision


def is_rise_recent(policy: Policy, memory: Memory) -> bool:
    """Whether the target rose within the cooldown of a rise."""
    if memory.risen_at is None:
        return False
    age = memory.clock.seconds - memory.risen_at
    return age < policy.tuning.scale_up_cooldown.total_seconds()


def _rise(decision: Decision) -> Decision:
    memory = decision.memory
    return replace(decision, memory=replace(memory, risen_at=memory.clock.seconds))


def _count_allocations(observation: Observation) -> Numbers:
    numbers = [
        ("serving_allocations", float(observation.serving)),
        ("pending_allocations", float(observation.starting)),
        ("stuck_allocations", float(observation.stuck)),
    ]
    if observation.held.inputs:
        numbers.append(("held_inputs", float(observation.held.inputs)))
    return tuple(numbers)
