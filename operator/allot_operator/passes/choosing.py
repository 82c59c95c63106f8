"""The target that a pass sends: what the rounds decided, or the bounds alone."""

from __future__ import annotations

from dataclasses import dataclass

from allot_api.resolve import DeploymentSettings
from allot_operator.passes.deployment_gathering import Gathered
from allot_operator.passes.surroundings import Surroundings
from allot_operator.planning.target import choose_live_target
from allot_operator.scaling.decision import Decision, Memory, decide
from allot_operator.scaling.observation import Held, Observation
from allot_operator.scaling.policy import Policy, build_policy
from allot_operator.work.keys import Key


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision, under which policy it was made, and the target that was in force.

    `is_weighed` is whether it rests on what the pods did: else it keeps to the bounds.
    """

    policy: Policy
    live_target: int | None
    decision: Decision
    is_weighed: bool


def choose_target(
    around: Surroundings, key: Key, settings: DeploymentSettings, gathered: Gathered
) -> Choice:
    """Return what the last round decided if it still holds.

    Otherwise the bounds decide: what the pods did is for the rounds to weigh, once each.
    """
    policy = build_policy(settings)
    stats = gathered.scene.deployment.stats
    recorded = stats.allocation_status.target_allocation_count if stats else None
    live = choose_live_target(gathered.actual.workload, recorded)
    decided = around.ledger.decision_of(key, policy, live)
    if decided is not None:
        return Choice(policy, live, decided, is_weighed=True)
    held = around.held_for(key)
    gateway = Held(is_gateway_there=held is not None and held.is_gateway_there)
    decision = decide(policy, Memory(), Observation(live, held=gateway), around.now())
    return Choice(policy, live, decision, is_weighed=False)
