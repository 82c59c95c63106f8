"""Facts of a deployment that serves, from which each test changes what it is about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from allot_api.conditions import AcceptedReason, ConditionType, Finding
from allot_operator.acceptance.verdict import Verdict
from allot_operator.facts.workloads import Workload
from allot_operator.judging.deployment_facts import DeploymentFacts
from allot_operator.judging.deployment_status import judge_deployment_facts
from tests.unit.allot_operator.builders import (
    a_deployment,
    a_found_model,
    a_pod,
    a_report,
    a_subject,
)

ACCEPTED = Verdict(AcceptedReason.ACCEPTED, "model m")
REFUSED = Verdict(AcceptedReason.MODEL_NOT_FOUND, "no such model")


def a_workload(**fields: Any) -> Workload:
    values: dict[str, Any] = {
        "subject": a_subject("allot-d"),
        "manifest": {},
        "replicas": 1,
        "replicas_owners": frozenset({"allot-scaler"}),
        "settings": "settings",
        "template": "template",
        "pod_count": 1,
        "is_rolling": False,
        "has_passed_deadline": False,
        "refusal": "",
    }
    return Workload(**(values | fields))


def some_facts(**fields: Any) -> DeploymentFacts:
    pod = a_pod()
    values: dict[str, Any] = {
        "deployment": a_deployment(num_allocations=1),
        "verdict": ACCEPTED,
        "found": a_found_model(),
        "settings": "settings",
        "model": "model",
        "workload": a_workload(),
        "target": 1,
        "pods": (pod,),
        "readings": {pod.uid: a_report()},
    }
    return DeploymentFacts(**(values | fields))


def judged(**fields: Any) -> dict[ConditionType, Finding]:
    """The findings by type, as status would list them."""
    return {finding.type: finding for finding in judge_deployment_facts(some_facts(**fields))}


def words(findings: dict[ConditionType, Finding], kind: ConditionType) -> tuple[str, str]:
    """A condition's status and reason."""
    finding = findings[kind]
    return finding.status.value, finding.reason.value


def refused(**fields: Any) -> DeploymentFacts:
    return replace(some_facts(**fields), verdict=REFUSED, found=None)
