"""What a decision by work says: one sentence with its numbers, and the numbers by name."""

from __future__ import annotations

from dataclasses import dataclass

from allot_operator.scaling.capacity import Capacity
from allot_operator.scaling.cost_model import Cost
from allot_operator.scaling.observation import Observation
from allot_operator.scaling.policy import Policy
from allot_operator.scaling.proposals import Numbers

# What waits less long than this at full capacity is not worth a word.
WORTH_SAYING_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Findings:
    """What a decision rests on; rates in tokens per second, `waiting` in tokens."""

    cost: Cost
    capacity: Capacity
    arriving: float
    waiting: float
    wanted: int
    start_seconds: float | None


def describe(policy: Policy, observation: Observation, findings: Findings) -> str:
    """Return the sentence."""
    share = policy.tuning.target_utilization
    planned = share * findings.capacity.usual
    said = f"{findings.arriving:,.0f} tokens/s arrive"
    if findings.waiting > WORTH_SAYING_SECONDS * findings.capacity.usual:
        said += f" and {findings.waiting:,.0f} tokens wait"
    said += f"; one allocation does {planned:,.0f} at {100 * share:.0f} %: {findings.wanted} "
    said += f"{'is' if findings.wanted == 1 else 'are'} needed, {observation.serving} "
    said += f"{'serves' if observation.serving == 1 else 'serve'}"
    if observation.stuck:
        said += f", {observation.stuck} {'has' if observation.stuck == 1 else 'have'} no place"
    return said


def tell_numbers(policy: Policy, observation: Observation, findings: Findings) -> Numbers:
    """Return the numbers that are known."""
    capacity, live = findings.capacity, observation.live_target or 0
    planned = policy.tuning.target_utilization * capacity.usual
    numbers = [
        ("arriving_tokens_per_second", findings.arriving),
        ("waiting_tokens", findings.waiting),
        ("capacity_tokens_per_second", capacity.usual),
        ("seconds_per_pass", findings.cost.seconds_per_pass),
        ("seconds_per_token", findings.cost.seconds_per_token),
        ("rises_above_tokens_per_second", planned * live),
        ("falls_below_tokens_per_second", planned * max(0, live - 1)),
    ]
    if observation.serving:
        numbers.append(("utilization", findings.arriving / (capacity.usual * observation.serving)))
    if findings.start_seconds is not None:
        numbers.append(("start_seconds", findings.start_seconds))
    return tuple(numbers)
