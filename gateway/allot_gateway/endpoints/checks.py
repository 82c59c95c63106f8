"""What only the cluster can know about a PUT, found before anything is stored. Pure.

The operator judges the same and more; what it refuses afterwards is taken back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from allot_api.inference_endpoint import InferenceEndpointSpec
from allot_api.known_models import ELSER_MODEL
from allot_api.preconfigured import is_reserved
from allot_api.terms import TaskType
from allot_cluster.declared import Deployment, Model
from allot_gateway.catalogue import find_model, list_ids
from allot_gateway.endpoints.bodies import Wanted
from allot_gateway.view.state import DeploymentKey, View
from allot_protocol.errors import ErrorType, RequestFault


@dataclass(frozen=True, slots=True)
class Scene:
    """A PUT in its namespace; `shared_namespace` is the one whose models serve all."""

    wanted: Wanted
    namespace: str
    shared_namespace: str
    view: View

    @property
    def inference_id(self) -> str:
        """Return the id that is asked for."""
        return self.wanted.inference_id

    @property
    def spec(self) -> InferenceEndpointSpec:
        """Return the spec that is asked for."""
        return self.wanted.spec

    @property
    def places(self) -> tuple[str, str]:
        """Return the namespaces whose models may be named."""
        return self.namespace, self.shared_namespace

    def find_deployment(self, deployment_id: str) -> Deployment | None:
        """Return the ModelDeployment of an id."""
        return self.view.find_deployment(DeploymentKey(self.namespace, deployment_id))


def find_refusal(scene: Scene) -> RequestFault | None:
    """Return why the endpoint cannot be, or None."""
    for check in _CHECKS:
        if (fault := check(scene)) is not None:
            return fault
    return None


def find_leftover(view: View, namespace: str, inference_id: str) -> Deployment | None:
    """Return the ModelDeployment of an endpoint that is gone, which the cluster clears away."""
    found = view.find_deployment(DeploymentKey(namespace, inference_id))
    if found is None or not found.subject.controller_uid:
        return None
    makers = {one.subject.uid for one in view.list_endpoints(namespace)}
    return None if found.subject.controller_uid in makers else found


def refuse_reserved(inference_id: str) -> RequestFault | None:
    """Refuse the ids of preconfigured endpoints."""
    if not is_reserved(inference_id):
        return None
    return _refusal(f"[{inference_id}] is a reserved inference ID; it cannot be created")


def refuse_existing(inference_id: str) -> RequestFault:
    """Return the refusal of an id that an endpoint has."""
    return RequestFault(ErrorType.EXISTS, f"Inference endpoint [{inference_id}] already exists")


def _id_is_another_s(scene: Scene) -> RequestFault | None:
    models = scene.view.list_models(dict.fromkeys(scene.places))
    is_models = any(one.model_id == scene.inference_id for one in models)
    is_leftover = find_leftover(scene.view, scene.namespace, scene.inference_id) is not None
    if not is_models and (is_leftover or scene.find_deployment(scene.inference_id) is None):
        return None
    kind = "model" if is_models else "trained model deployment"
    return _refusal(
        f"the inference id [{scene.inference_id}] must not be the id of an existing {kind}: "
        "choose another"
    )


def _deployment_is_missing(scene: Scene) -> RequestFault | None:
    deployment_id = scene.spec.service_settings.deployment_id
    if deployment_id is None or scene.find_deployment(deployment_id) is not None:
        return None
    known = ", ".join(one.deployment_id for one in scene.view.list_deployments(scene.namespace))
    return RequestFault(
        ErrorType.NOT_FOUND, f"Cannot find deployment [{deployment_id}]; there are [{known}]"
    )


def _model_differs(scene: Scene) -> RequestFault | None:
    settings = scene.spec.service_settings
    shared = scene.find_deployment(settings.deployment_id or "")
    if shared is None or shared.settings is None or settings.model_id is None:
        return None
    ours = find_model(scene.view, scene.places, settings.model_id)
    theirs = find_model(scene.view, scene.places, shared.settings.model_id)
    is_same = settings.model_id == shared.settings.model_id
    if is_same or (ours is not None and theirs is not None and ours.subject == theirs.subject):
        return None
    return _refusal(
        f"the deployment [{settings.deployment_id}] serves the model "
        f"[{shared.settings.model_id}], which is not the [model_id] of the request, "
        f"[{settings.model_id}]: leave it out"
    )


def _model_is_missing(scene: Scene) -> RequestFault | None:
    model_id = _model_id(scene)
    if model_id is None:
        return None
    found = find_model(scene.view, scene.places, model_id)
    if found is None:
        known = list_ids(scene.view, scene.places)
        return _refusal(
            f"model [{model_id}] was not found; there are [{known}]. A model of your own has to be "
            "there first, as a TrainedModel (where Elasticsearch loads it with eland)"
        )
    if found.spec is None:
        return _refusal(f"model [{model_id}] cannot be served: {found.violation}")
    return None


def _task_differs(scene: Scene) -> RequestFault | None:
    model_id = _model_id(scene)
    found = find_model(scene.view, scene.places, model_id) if model_id else None
    tasks = _tasks_of(found)
    if found is None or not tasks or scene.spec.task_type in tasks:
        return None
    return _refusal(
        f"model [{found.model_id}] does [{', '.join(tasks)}], which is not the task type of the "
        f"request, [{scene.spec.task_type}]"
    )


def _model_id(scene: Scene) -> str | None:
    """Return the model that will serve: that of the shared deployment, or the endpoint's own."""
    settings = scene.spec.service_settings
    if settings.deployment_id is not None:
        shared = scene.find_deployment(settings.deployment_id)
        return shared.settings.model_id if shared and shared.settings else None
    return settings.model_id or ELSER_MODEL


def _tasks_of(model: Model | None) -> list[TaskType]:
    return model.spec.task_types if model and model.spec else []


def _refusal(message: str) -> RequestFault:
    return RequestFault(ErrorType.BAD_REQUEST, message)


_CHECKS: tuple[Callable[[Scene], RequestFault | None], ...] = (
    _id_is_another_s,
    _deployment_is_missing,
    _model_differs,
    _model_is_missing,
    _task_differs,
)
