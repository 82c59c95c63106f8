"""The plan of one pass over an InferenceEndpoint: the ModelDeployment that it owns."""

from __future__ import annotations

from allot_cluster.resources import MODEL_DEPLOYMENTS
from allot_operator.acceptance.endpoints import EndpointScene
from allot_operator.acceptance.verdict import Verdict
from allot_operator.desired.model_deployment import build_model_deployment
from allot_operator.planning.actions import Action, Remove
from allot_operator.planning.shape import plan_object


def plan_endpoint(scene: EndpointScene, verdict: Verdict) -> tuple[Action, ...]:
    """Return what to write; nothing for an endpoint that is not accepted.

    What served an endpoint that was accepted once goes on serving. An endpoint that now
    attaches elsewhere lets go of the ModelDeployment that it made.
    """
    if not verdict.is_accepted:
        return ()
    own = scene.own
    if scene.settings.is_attached:
        return (Remove(own.subject),) if own and not own.subject.is_being_deleted else ()
    wanted = build_model_deployment(scene.endpoint.subject, scene.settings)
    action = plan_object(MODEL_DEPLOYMENTS, own.manifest if own else None, wanted)
    return (action,) if action else ()
