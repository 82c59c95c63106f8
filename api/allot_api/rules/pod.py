"""The rules of the pod block, which InferenceEndpoint and ModelDeployment share."""

from __future__ import annotations

from collections.abc import Callable

from allot_api.rules.pod_lists import metadata_rules, mount_rules, variable_rule, volume_rules
from allot_api.rules.pod_reader import PodReader
from allot_api.rules.pod_resources import cpu_rules, request_rule
from allot_api.rules.rule import Candidate, Rule, SpecT, ViolationReason

__all__ = ["PodReader", "attached_pod_rule", "pod_rules"]


def pod_rules(reader: PodReader[SpecT]) -> tuple[Rule[SpecT], ...]:
    """Return the rules of the block for one kind."""
    return (
        *metadata_rules(reader),
        variable_rule(reader),
        *volume_rules(reader),
        *mount_rules(reader),
        *cpu_rules(reader),
        request_rule(reader),
    )


def attached_pod_rule(
    reader: PodReader[SpecT], attached: tuple[str, Callable[[Candidate[SpecT]], bool]]
) -> Rule[SpecT]:
    """Return the rule that an endpoint without pods of its own says nothing about them.

    `attached` is whether it shares a deployment, in CEL and in Python.
    """
    attached_cel, is_attached = attached
    return Rule(
        name="pod_of_an_attached_endpoint",
        path="pod",
        cel=f"!has(self.pod) || !({attached_cel})",
        holds=lambda it: reader.pod(it) is None or not is_attached(it),
        message="pod stands beside deployment_id: an endpoint that shares a deployment has no pods "
        "of its own: write pod into that ModelDeployment, or leave deployment_id out",
        reason=ViolationReason.FORBIDDEN,
    )
