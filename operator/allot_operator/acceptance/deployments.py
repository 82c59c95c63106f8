"""Whether a ModelDeployment is accepted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from allot_api.conditions import AcceptedReason
from allot_cluster.claims import choose_holder
from allot_cluster.declared import Deployment
from allot_cluster.subjects import Subject
from allot_operator.acceptance.catalogue import Catalogue, Found, find_model, find_older_model
from allot_operator.acceptance.claims import refuse_taken
from allot_operator.acceptance.fitting import bytes_do_not_fit
from allot_operator.acceptance.verdict import Verdict, first_problem


@dataclass(frozen=True, slots=True)
class DeploymentScene:
    """A ModelDeployment with what its acceptance depends on.

    `squatters` are objects that have the name of one that would be made here, and are
    not controlled by this ModelDeployment. `maker_uid` is who controls the Deployment of
    that name.
    """

    deployment: Deployment
    neighbours: tuple[Deployment, ...]
    catalogue: Catalogue
    squatters: tuple[Subject, ...] = ()
    maker_uid: str = ""


def judge_deployment(scene: DeploymentScene) -> Found | Verdict:
    """Return the model to deploy, or why nothing is deployed."""
    problem = first_problem((spec_is_invalid, id_is_taken, name_is_taken), scene)
    if problem is not None:
        return problem
    settings = scene.deployment.settings
    assert settings is not None  # else spec_is_invalid
    found = find_model(scene.catalogue, settings.model_id)
    if isinstance(found, Verdict):
        return found
    return id_is_a_models(scene, found) or bytes_do_not_fit(settings.element_type, found) or found


def spec_is_invalid(scene: DeploymentScene) -> Verdict | None:
    """Report a spec that was stored under other rules."""
    if scene.deployment.settings is not None:
        return None
    return Verdict(AcceptedReason.INVALID_SPEC, scene.deployment.violation)


def id_is_taken(scene: DeploymentScene) -> Verdict | None:
    """Report an older ModelDeployment of the same id."""
    deployment = scene.deployment
    holder = find_deployment(scene.neighbours, deployment.deployment_id, scene.maker_uid)
    if holder is None or holder.subject.uid == deployment.subject.uid:
        return None
    return refuse_taken("deployment_id", deployment.deployment_id, holder.subject)


def name_is_taken(scene: DeploymentScene) -> Verdict | None:
    """Report an object of somebody else's that has a name which we need."""
    if not scene.squatters:
        return None
    name, kinds = scene.squatters[0].name, ", ".join(one.kind for one in scene.squatters)
    return Verdict(
        AcceptedReason.ID_TAKEN,
        f"what is named {name} ({kinds}) is not this ModelDeployment's, but deployment_id "
        f"{scene.deployment.deployment_id} needs that name: delete it, or choose another "
        "deployment_id",
    )


def id_is_a_models(scene: DeploymentScene, found: Found) -> Verdict | None:
    """Report an older model of the same id; that of the deployment's own model is free to it."""
    deployment = scene.deployment
    # An endpoint's own was judged with the endpoint, which may be older than it.
    if deployment.subject.controller_uid or deployment.deployment_id == found.model_id:
        return None
    model = find_older_model(scene.catalogue, deployment.deployment_id, deployment.subject)
    if model is None:
        return None
    return refuse_taken("deployment_id", deployment.deployment_id, model.subject)


def find_deployment(
    deployments: Sequence[Deployment], identifier: str, maker_uid: str = ""
) -> Deployment | None:
    """Return who has a deployment_id among the ModelDeployments of a namespace."""
    claimants = (one for one in deployments if one.deployment_id == identifier)
    return choose_holder(claimants, maker_uid)
