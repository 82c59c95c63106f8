"""The operator's own decision, driven as the operator drives it: counters in, a target out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from allot_operator.facts.reports import Work
from allot_operator.observing.pacing import USUAL_SECONDS
from allot_operator.scaling.decision import Memory, decide
from allot_operator.scaling.observation import Held, Observation, PodWork
from allot_operator.scaling.policy import Policy
from bench.scaling.engine import Simulation
from bench.scaling.pods import Pod

# Any moment does: decisions see differences only.
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)

Observe = Callable[[Simulation], Observation]


def observe_pods(simulation: Simulation) -> Observation:
    """Return what the operator would have heard of each pod just now, and of gateways.

    Where all pods share one line, it is the gateways that keep it.
    """
    fleet, held = simulation.fleet, len(simulation.held)
    return Observation(
        live_target=simulation.target,
        pods=tuple(_ask(pod, simulation) for pod in fleet.serving),
        starting=fleet.starting,
        held=Held(held + (fleet.shared.count if fleet.shared else 0), is_gateway_there=True),
    )


def observe_node(simulation: Simulation) -> Observation:
    """Return the same with all allocations as one, as Elasticsearch counts those of a node."""
    fleet = simulation.fleet
    if not fleet.serving or fleet.shared is None:
        return observe_pods(simulation)
    everyone = fleet.pods + fleet.left
    running = sum(pod.batch_inputs for pod in everyone)
    done = sum(pod.inputs_done for pod in everyone)
    tokens_done = sum(pod.tokens_done for pod in everyone)
    late, refused = simulation.late, simulation.refused
    pending = running + fleet.shared.count
    work = Work(
        forward_passes=sum(pod.passes for pod in everyone),
        inputs_arrived=done + pending + fleet.shared.dropped,
        inputs_done=done,
        tokens_arrived=tokens_done + fleet.shared.tokens,
        tokens_done=tokens_done,
        tokens_waiting=fleet.shared.tokens,
        busy_seconds=sum(pod.busy_seconds for pod in everyone),
        inputs_pending=pending,
        inputs_failed=late + refused,
        inputs_rejected=refused,
        inputs_timed_out=late,
    )
    tokens = simulation.setup.service.budget.tokens
    node = PodWork("node", "node", True, work, tokens)
    return Observation(simulation.target, (node,), fleet.starting)


def _ask(pod: Pod, simulation: Simulation) -> PodWork:
    setup, name = simulation.setup, f"pod-{pod.number}"
    work = Work(
        forward_passes=pod.passes,
        inputs_arrived=pod.inputs_arrived,
        inputs_done=pod.inputs_done,
        tokens_arrived=pod.tokens_arrived,
        tokens_done=pod.tokens_done,
        tokens_waiting=pod.tokens_waiting,
        busy_seconds=pod.busy_seconds,
        inputs_pending=pod.pending,
        inputs_failed=pod.late + pod.refused,
        inputs_rejected=pod.refused,
        inputs_timed_out=pod.late,
    )
    started = pod.start_seconds or setup.starts.median_seconds
    return PodWork(
        uid=name,
        boot_id=name,
        is_serving=True,
        work=work,
        pass_tokens=setup.service.budget.tokens,
        start_seconds=started * setup.starts.process_share,
    )


@dataclass(slots=True)
class Driven:
    """A policy of the operator's, with the memory that goes from one decision to the next."""

    policy: Policy
    observe: Observe = observe_pods
    memory: Memory = field(default_factory=Memory)
    period_seconds: float = USUAL_SECONDS

    def look(self, simulation: Simulation) -> int:
        """Return the target that the operator would set."""
        now = EPOCH + timedelta(seconds=simulation.now)
        decision = decide(self.policy, self.memory, self.observe(simulation), now)
        self.memory = decision.memory
        return decision.target
