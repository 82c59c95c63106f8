"""Finding endpoints: by the view, and by the API server where the view may be late."""

from __future__ import annotations

from allot_api.terms import TaskType
from allot_cluster.declared import Deployment, Endpoint, read_endpoint
from allot_cluster.errors import ClusterError
from allot_cluster.interface import Manifest
from allot_cluster.resources import INFERENCE_ENDPOINTS
from allot_gateway.endpoints.rendering import Shown
from allot_gateway.objects import find_object
from allot_gateway.surroundings import Surroundings
from allot_gateway.view.state import DeploymentKey, View
from allot_protocol.errors import ErrorType, RequestFault
from allot_protocol.request_body import shorten


async def find_endpoint(around: Surroundings, namespace: str, inference_id: str) -> Endpoint:
    """Return the endpoint of an id; raises RequestFault.

    One that another gateway made a moment ago is read from the API server; with that away, the
    view's word holds.
    """
    found = around.view.find_endpoint(namespace, inference_id)
    if found is not None:
        return found
    try:
        manifest = await find_manifest(around, namespace, inference_id)
    except ClusterError:
        manifest = None
    if manifest is None:
        raise endpoint_is_missing(inference_id)
    return read_endpoint(manifest)


async def find_manifest(around: Surroundings, namespace: str, inference_id: str) -> Manifest | None:
    """Return the endpoint's object as the API server has it now; raises ClusterError."""
    known = around.view.find_endpoint(namespace, inference_id)
    name = known.subject.name if known else ""
    return await find_object(
        around.cluster, INFERENCE_ENDPOINTS, namespace, inference_id, claimed_id, name
    )


def claimed_id(manifest: Manifest) -> str:
    """Return the inference_id that an InferenceEndpoint claims."""
    return read_endpoint(manifest).inference_id


def show_endpoint(view: View, endpoint: Endpoint) -> Shown:
    """Return the endpoint with what serves it; raises RequestFault for one that breaks a rule."""
    if endpoint.spec is None or endpoint.settings is None:
        raise RequestFault(
            ErrorType.CONFLICT,
            f"Inference endpoint [{endpoint.inference_id}] is stored, but breaks a rule: "
            f"{endpoint.violation}",
        )
    deployment = find_serving(view, endpoint)
    status = deployment.status if deployment and deployment.stats else endpoint.status
    return Shown(
        inference_id=endpoint.inference_id,
        spec=endpoint.spec,
        deployment=deployment.settings if deployment else None,
        stats=status.deployment_stats,
        model=status.model,
    )


def find_serving(view: View, endpoint: Endpoint) -> Deployment | None:
    """Return the ModelDeployment that serves an endpoint: the one it shares, or its own.

    Just after an id was made anew its former deployment may still be there; that is not its own.
    """
    settings = endpoint.settings
    if settings is None:
        return None
    namespace = endpoint.subject.namespace
    found = view.find_deployment(DeploymentKey(namespace, settings.serving_deployment_id))
    if found is None or settings.is_attached:
        return found
    return found if found.subject.controller_uid == endpoint.subject.uid else None


def check_task(endpoint: Endpoint, task: TaskType | None) -> None:
    """Refuse a task type in the path that is not the endpoint's; raises RequestFault."""
    if task is None or endpoint.spec is None or endpoint.spec.task_type is task:
        return
    raise RequestFault(
        ErrorType.BAD_REQUEST,
        f"the requested task type [{task}] does not match the task type of the inference endpoint "
        f"[{endpoint.inference_id}], [{endpoint.spec.task_type}]",
    )


def endpoint_is_missing(inference_id: str) -> RequestFault:
    """Return the fault for an id that no endpoint has."""
    return RequestFault(
        ErrorType.NOT_FOUND, f"Inference endpoint not found [{shorten(inference_id)}]"
    )
