"""Whether an InferenceEndpoint is accepted."""

from __future__ import annotations

from dataclasses import dataclass

from allot_api.condition_lookup import find_condition, find_reason
from allot_api.conditions import (
    AcceptedReason,
    Condition,
    ConditionType,
    Status,
)
from allot_api.names import derived_name
from allot_api.resolve import EndpointSettings
from allot_cluster.claims import choose_holder
from allot_cluster.declared import Deployment, Endpoint
from allot_operator.acceptance.catalogue import Catalogue, Found, find_model, find_older_model
from allot_operator.acceptance.claims import refuse_taken
from allot_operator.acceptance.deployments import find_deployment
from allot_operator.acceptance.fitting import element_type_differs, settings_misfit
from allot_operator.acceptance.verdict import Verdict, first_problem


@dataclass(frozen=True, slots=True)
class EndpointScene:
    """An endpoint with what its acceptance depends on: all of it from its namespace."""

    endpoint: Endpoint
    neighbours: tuple[Endpoint, ...]
    deployments: tuple[Deployment, ...]
    catalogue: Catalogue

    @property
    def settings(self) -> EndpointSettings:
        """Return the settings; only for an endpoint that obeys the rules."""
        assert self.endpoint.settings is not None
        return self.endpoint.settings

    @property
    def own(self) -> Deployment | None:
        """Return the ModelDeployment that the endpoint made, or None."""
        uid = self.endpoint.subject.uid
        return next((one for one in self.deployments if one.subject.controller_uid == uid), None)

    @property
    def shared(self) -> Deployment | None:
        """Return the ModelDeployment that it attaches to, or None."""
        if self.endpoint.settings is None or self.settings.deployment_id is None:
            return None
        return find_deployment(self.deployments, self.settings.deployment_id)

    @property
    def serving(self) -> Deployment | None:
        """Return the ModelDeployment that serves it, or None."""
        is_attached = self.endpoint.settings is not None and self.settings.is_attached
        return self.shared if is_attached else self.own


def judge_endpoint(scene: EndpointScene) -> Verdict:
    """Return the verdict on what the endpoint says: if it is accepted, it is acted on."""
    problem = first_problem((spec_is_invalid, id_is_taken, id_is_a_models), scene)
    if problem is None:
        checks = SHARED_CHECKS if scene.settings.is_attached else OWN_CHECKS
        problem = first_problem(checks, scene)
    return problem or Verdict(AcceptedReason.ACCEPTED, _describe(scene))


def judge_outcome(scene: EndpointScene, verdict: Verdict) -> Verdict:
    """Return the verdict that the status tells, once the endpoint's deployment is as planned.

    What its own ModelDeployment is refused for is the endpoint's reason too. It must not
    keep the endpoint from being acted on: the next spec may be what mends it.
    """
    if not verdict.is_accepted or scene.settings.is_attached:
        return verdict
    return own_deployment_is_refused(scene) or verdict


def spec_is_invalid(scene: EndpointScene) -> Verdict | None:
    """Report a spec that was stored under other rules."""
    if scene.endpoint.settings is not None:
        return None
    return Verdict(AcceptedReason.INVALID_SPEC, scene.endpoint.violation)


def id_is_taken(scene: EndpointScene) -> Verdict | None:
    """Report an older endpoint of the same id."""
    endpoint = scene.endpoint
    claimants = (one for one in scene.neighbours if one.inference_id == endpoint.inference_id)
    made = _find_named(scene)
    holder = choose_holder(claimants, made.subject.controller_uid if made else "")
    if holder is None or holder.subject.uid == endpoint.subject.uid:
        return None
    return refuse_taken("inference_id", endpoint.inference_id, holder.subject)


def id_is_a_models(scene: EndpointScene) -> Verdict | None:
    """Report an older model of the same id."""
    identifier = scene.endpoint.inference_id
    model = find_older_model(scene.catalogue, identifier, scene.endpoint.subject)
    return refuse_taken("inference_id", identifier, model.subject) if model else None


def deployment_is_missing(scene: EndpointScene) -> Verdict | None:
    """Report a deployment_id that nothing has."""
    if scene.shared is not None:
        return None
    existing = sorted({one.deployment_id for one in scene.deployments})
    missing = f"no ModelDeployment has the deployment_id {scene.settings.deployment_id}"
    if deployment_was_deleted(scene):
        missing = _describe_deleted(scene)
    return Verdict(
        AcceptedReason.DEPLOYMENT_NOT_FOUND,
        f"{missing}; there are, in {scene.endpoint.subject.namespace}: "
        f"{', '.join(existing) or 'none'}",
    )


def deployment_was_deleted(scene: EndpointScene) -> bool:
    """Whether the endpoint shared the deployment once, by what its status says of this spec.

    Only what was found is ever accepted; and what was told stays told until the spec changes.
    """
    endpoint = scene.endpoint
    recorded = find_condition(endpoint.status.conditions, ConditionType.ACCEPTED)
    if recorded is None or recorded.observed_generation != endpoint.subject.generation:
        return False
    return recorded.status is Status.TRUE or recorded.message.startswith(_describe_deleted(scene))


def shared_deployment_is_refused(scene: EndpointScene) -> Verdict | None:
    """Report a deployment that is there, but not accepted."""
    refusal = _refusal(scene.shared)
    if scene.shared is None or refusal is None:
        return None
    return Verdict(
        AcceptedReason.DEPLOYMENT_NOT_ACCEPTED,
        f"deployment_id is {scene.shared.deployment_id}, and {scene.shared.subject} is not "
        f"accepted: {refusal.message}",
    )


def model_differs(scene: EndpointScene) -> Verdict | None:
    """Report a model_id that is not that of the deployment."""
    wanted, shared = scene.settings.model_id, scene.shared
    if wanted is None or shared is None or shared.settings is None:
        return None
    if wanted == shared.settings.model_id:
        return None
    ours = find_model(scene.catalogue, wanted)
    theirs = find_model(scene.catalogue, shared.settings.model_id)
    if isinstance(ours, Found) and isinstance(theirs, Found) and ours.model_id == theirs.model_id:
        return None
    return Verdict(
        AcceptedReason.MODEL_MISMATCH,
        f"model_id is {wanted}, but deployment {shared.deployment_id} serves "
        f"{shared.settings.model_id}: leave model_id out, or write that one",
    )


def shared_task_differs(scene: EndpointScene) -> Verdict | None:
    """Report a task that the deployment's model does not do."""
    if scene.shared is None or scene.shared.settings is None:
        return None
    return _task_mismatch(scene, find_model(scene.catalogue, scene.shared.settings.model_id))


def shared_deployment_does_not_fit(scene: EndpointScene) -> Verdict | None:
    """Report a setting that does not fit the deployment or its model."""
    if scene.shared is None or scene.shared.settings is None:
        return None
    shared = scene.shared.settings
    return _misfit(scene, shared.model_id) or element_type_differs(scene.settings, shared)


def model_is_unusable(scene: EndpointScene) -> Verdict | None:
    """Report a model that is not there, or is itself not accepted."""
    found = find_model(scene.catalogue, _model_id(scene))
    return found if isinstance(found, Verdict) else None


def task_differs(scene: EndpointScene) -> Verdict | None:
    """Report a task that the model does not do."""
    return _task_mismatch(scene, find_model(scene.catalogue, _model_id(scene)))


def model_does_not_fit(scene: EndpointScene) -> Verdict | None:
    """Report a setting that does not fit the model."""
    return _misfit(scene, _model_id(scene))


def deployment_id_is_taken(scene: EndpointScene) -> Verdict | None:
    """Report a ModelDeployment of somebody else's with the id that this endpoint's would have."""
    holder = find_deployment(scene.deployments, scene.endpoint.inference_id)
    if holder is None or holder.subject.controller_uid == scene.endpoint.subject.uid:
        return None
    return Verdict(
        AcceptedReason.ID_TAKEN,
        f"{holder.subject} has the deployment_id {holder.deployment_id} and is not this "
        "endpoint's: delete it, or choose another inference_id, which may attach to it by "
        "service_settings.deployment_id",
    )


def name_is_taken(scene: EndpointScene) -> Verdict | None:
    """Report a ModelDeployment of somebody else's with the name that this endpoint's has."""
    other = _find_named(scene)
    if other is None or other.subject.controller_uid == scene.endpoint.subject.uid:
        return None
    return Verdict(
        AcceptedReason.ID_TAKEN,
        f"{other.subject} has the name that derives from inference_id "
        f"{scene.endpoint.inference_id} and is not this endpoint's: delete it, or choose "
        "another inference_id",
    )


def own_deployment_is_refused(scene: EndpointScene) -> Verdict | None:
    """Report what keeps the endpoint's own ModelDeployment from being accepted."""
    refusal = _refusal(scene.own)
    if refusal is None:
        return None
    reason = find_reason(AcceptedReason, refusal.reason)
    return Verdict(reason or AcceptedReason.DEPLOYMENT_NOT_ACCEPTED, refusal.message)


OWN_CHECKS = (
    model_is_unusable,
    task_differs,
    model_does_not_fit,
    deployment_id_is_taken,
    name_is_taken,
)
SHARED_CHECKS = (
    deployment_is_missing,
    shared_deployment_is_refused,
    model_differs,
    shared_task_differs,
    shared_deployment_does_not_fit,
    deployment_id_is_taken,
)


def _find_named(scene: EndpointScene) -> Deployment | None:
    """Return the ModelDeployment with the name that derives from the inference_id."""
    name = derived_name(scene.endpoint.inference_id)
    return next((one for one in scene.deployments if one.subject.name == name), None)


def _model_id(scene: EndpointScene) -> str:
    assert scene.settings.model_id is not None  # the schema asks for it where none is attached to
    return scene.settings.model_id


def _task_mismatch(scene: EndpointScene, found: Found | Verdict) -> Verdict | None:
    if isinstance(found, Verdict) or scene.settings.task_type in found.spec.task_types:
        return None
    tasks = ", ".join(found.spec.task_types)
    return Verdict(
        AcceptedReason.TASK_MISMATCH,
        f"task_type is {scene.settings.task_type}, but model {found.model_id} does: {tasks}",
    )


def _misfit(scene: EndpointScene, model_id: str) -> Verdict | None:
    found = find_model(scene.catalogue, model_id)
    return None if isinstance(found, Verdict) else settings_misfit(scene.settings, found)


def _refusal(deployment: Deployment | None) -> Condition | None:
    """Return the Accepted condition of a deployment that was judged, and refused."""
    if deployment is None or not deployment.is_judged:
        return None
    accepted = find_condition(deployment.status.conditions, ConditionType.ACCEPTED)
    return accepted if accepted and accepted.status is Status.FALSE else None


def _describe_deleted(scene: EndpointScene) -> str:
    name = scene.settings.deployment_id
    return (
        f"deployment {name}, which this endpoint shared, was deleted: make a ModelDeployment "
        f"with deployment_id {name}, or make a new endpoint"
    )


def _describe(scene: EndpointScene) -> str:
    if scene.settings.is_attached:
        return f"attached to deployment {scene.settings.deployment_id}"
    return f"model {_model_id(scene)}"
