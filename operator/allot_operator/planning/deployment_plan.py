"""The plan of one pass over a ModelDeployment: Deployment, target, Service, budget."""

from __future__ import annotations

from dataclasses import dataclass

from allot_api.resolve import DeploymentSettings
from allot_cluster.interface import Manifest
from allot_cluster.resources import DEPLOYMENTS, DISRUPTION_BUDGETS, SERVICES
from allot_cluster.subjects import Subject
from allot_operator.acceptance.catalogue import Found
from allot_operator.desired.deployment import build_deployment
from allot_operator.desired.disruption_budget import build_disruption_budget
from allot_operator.desired.service import build_service
from allot_operator.facts.workloads import Workload
from allot_operator.planning.actions import Action
from allot_operator.planning.shape import plan_object
from allot_operator.planning.target import plan_scale, with_replicas
from allot_operator.planning.upgrades import Upgrade
from allot_operator.words import SETTINGS_ANNOTATION, TEMPLATE_ANNOTATION


@dataclass(frozen=True, slots=True)
class Actual:
    """What is there of the objects that a ModelDeployment owns."""

    workload: Workload | None = None
    service: Manifest | None = None
    budget: Manifest | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What should be there of them; the Deployment without replicas."""

    workload: Manifest
    service: Manifest
    budget: Manifest

    @property
    def settings(self) -> str:
        """Return the hash of the settings that the pods are to have."""
        annotations = self.workload["spec"]["template"]["metadata"]["annotations"]
        return str(annotations[SETTINGS_ANNOTATION])

    @property
    def template(self) -> str:
        """Return the hash of the pods' template."""
        annotations = self.workload["spec"]["template"]["metadata"]["annotations"]
        return str(annotations[TEMPLATE_ANNOTATION])


def build_wanted(owner: Subject, settings: DeploymentSettings, found: Found, image: str) -> Wanted:
    """Return the objects of an accepted ModelDeployment."""
    return Wanted(
        workload=build_deployment(owner, settings, found.spec, image),
        service=build_service(owner, settings.deployment_id),
        budget=build_disruption_budget(owner, settings.deployment_id),
    )


def is_upgrade(wanted: Wanted, actual: Actual) -> bool:
    """Whether the pods would change although nobody changed what they are asked to be.

    Then only the version of Allot changed, and deployments take turns.
    """
    live = actual.workload
    if live is None:
        return False
    return live.settings == wanted.settings and live.template != wanted.template


def plan_deployment(
    wanted: Wanted, actual: Actual, target: int, *, upgrade: Upgrade = Upgrade.DONE
) -> tuple[Action, ...]:
    """Return what to write; nothing if all is as wanted.

    A pod may be found by its Service, and is counted by its budget, from its first second: so
    these two come first. While an upgrade waits the Deployment stays as it is, but for the
    target.
    """
    workload = with_replicas(wanted.workload, actual.workload, target)
    live = actual.workload.manifest if actual.workload else None
    shape = plan_object(DEPLOYMENTS, live, workload)
    if upgrade.is_waiting:
        shape = None
    candidates = (
        plan_object(SERVICES, actual.service, wanted.service),
        plan_object(DISRUPTION_BUDGETS, actual.budget, wanted.budget),
        shape,
        plan_scale(wanted.workload, actual.workload, target),
    )
    return tuple(one for one in candidates if one is not None)
