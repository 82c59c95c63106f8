"""_update: the number of allocations, or defaults of requests, of an endpoint that there is.

It is written by a replace with the resourceVersion that was read, which changes the owners of the
changed fields alone. An apply would have to send all that the gateway ever set, and would take
away what it left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allot_api.terms import TaskType
from allot_cluster.declared import Deployment, Endpoint, read_endpoint
from allot_cluster.interface import Manifest
from allot_cluster.resources import INFERENCE_ENDPOINTS
from allot_gateway.endpoints.changes import Wish, change_spec, is_same
from allot_gateway.endpoints.finding import check_task, endpoint_is_missing, find_manifest
from allot_gateway.ownership import find_owners
from allot_gateway.rewriting import rewrite
from allot_gateway.states import refuse_unless_started
from allot_gateway.surroundings import Surroundings
from allot_gateway.view.state import DeploymentKey, View
from allot_protocol.errors import ErrorType, RequestFault


@dataclass(frozen=True, slots=True)
class Update:
    """What an _update asks for, and of which endpoint; `task` is the path's, if it names one."""

    inference_id: str
    task: TaskType | None
    wish: Wish
    is_forced: bool


async def update_endpoint(around: Surroundings, namespace: str, asked: Update) -> Endpoint:
    """Return the endpoint as it is then; raises RequestFault and ClusterError."""

    async def plan() -> tuple[Manifest, dict[str, Any]]:
        manifest = await find_manifest(around, namespace, asked.inference_id)
        if manifest is None:
            raise endpoint_is_missing(asked.inference_id)
        endpoint = read_endpoint(manifest)
        for task in (asked.task, asked.wish.task):
            check_task(endpoint, task)
        spec = change_spec(manifest["spec"], asked.wish, endpoint.subject.name)
        if is_same(manifest["spec"], spec):
            return manifest, manifest["spec"]
        _refuse(around.view, endpoint, manifest, asked)
        return manifest, spec

    return read_endpoint(await rewrite(around.cluster, INFERENCE_ENDPOINTS, plan))


def _refuse(view: View, endpoint: Endpoint, manifest: Manifest, asked: Update) -> None:
    if asked.wish.size is not None:
        refuse_size(view, endpoint)
    owners = find_owners(manifest, asked.wish.fields)
    if owners and not asked.is_forced:
        fields = ", ".join(".".join(field) for field in asked.wish.fields)
        raise RequestFault(
            ErrorType.CONFLICT,
            f"Inference endpoint [{endpoint.inference_id}] is {endpoint.subject}, of which field "
            f"manager [{', '.join(owners)}] owns one of [{fields}] and may set it back: change it "
            "there, or here with force=true",
        )


def refuse_size(view: View, endpoint: Endpoint) -> None:
    """Refuse another number of allocations where it cannot be had; raises RequestFault."""
    settings = endpoint.settings
    if settings is None:
        return
    key = DeploymentKey(endpoint.subject.namespace, settings.serving_deployment_id)
    deployment = view.find_deployment(key)
    # The endpoint was read just now; the view's deployment may be of a moment ago.
    stats = endpoint.status.deployment_stats or (deployment.stats if deployment else None)
    if deployment is None and (stats is None or settings.is_attached):
        raise RequestFault(
            ErrorType.NOT_FOUND, f"Cannot find deployment [{settings.serving_deployment_id}]"
        )
    if deployment is not None and settings.is_attached:
        raise _is_not_its_own(view, endpoint, deployment)
    refuse_unless_started(settings.serving_deployment_id, stats)


def _is_not_its_own(view: View, endpoint: Endpoint, deployment: Deployment) -> RequestFault:
    uid = deployment.subject.controller_uid
    makers = view.list_endpoints(endpoint.subject.namespace)
    maker = next((one for one in makers if uid and one.subject.uid == uid), None)
    made_by = (
        f"by inference endpoint [{maker.inference_id}]: update that one"
        if maker
        else "by the trained models API or as a ModelDeployment: update it there"
    )
    return RequestFault(
        ErrorType.CONFLICT,
        f"inference endpoint [{endpoint.inference_id}] shares the deployment "
        f"[{deployment.deployment_id}], which was made {made_by}",
    )
