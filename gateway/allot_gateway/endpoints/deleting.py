"""DELETE: an InferenceEndpoint, and with it the deployment that is its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allot_api.preconfigured import is_reserved
from allot_api.terms import TaskType
from allot_cluster.declared import Endpoint, read_endpoint
from allot_cluster.interface import Manifest
from allot_cluster.resources import INFERENCE_ENDPOINTS
from allot_gateway.endpoints.finding import check_task, endpoint_is_missing, find_manifest
from allot_gateway.ownership import find_owners
from allot_gateway.sharing import list_users
from allot_gateway.surroundings import Surroundings
from allot_gateway.view.state import DeploymentKey, View
from allot_gateway.waking import Bell, outwait
from allot_protocol.errors import ErrorType, RequestFault

# What an endpoint owns is cleared away within seconds; the answer does not wait for longer.
CLEARING_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Deletion:
    """What a DELETE asks for; `task` is the path's, if it names one."""

    inference_id: str
    task: TaskType | None
    is_dry_run: bool
    is_forced: bool


@dataclass(frozen=True, slots=True)
class Deleter:
    """Deletes endpoints; `bell` is rung by the view for every deployment."""

    around: Surroundings
    bell: Bell

    async def delete(self, namespace: str, asked: Deletion) -> dict[str, Any]:
        """Return Elasticsearch's answer; raises RequestFault and ClusterError.

        It is only acknowledged once the deployment is gone too, so that the id can be used again.
        """
        manifest = await find_manifest(self.around, namespace, asked.inference_id)
        if manifest is None:
            raise endpoint_is_missing(asked.inference_id)
        endpoint = read_endpoint(manifest)
        check_task(endpoint, asked.task)
        objection = find_objection(self.around.view, endpoint, manifest)
        if asked.is_dry_run:
            return describe_deletion(acknowledged=False, problem=objection)
        if objection is not None and not asked.is_forced:
            raise objection
        subject = endpoint.subject
        await self.around.cluster.delete(
            INFERENCE_ENDPOINTS, namespace, subject.name, uid=subject.uid
        )
        await self._wait_for_clearing(endpoint)
        return describe_deletion(acknowledged=True)

    async def _wait_for_clearing(self, endpoint: Endpoint) -> None:
        if endpoint.settings is None or endpoint.settings.is_attached:
            return
        key = DeploymentKey(endpoint.subject.namespace, endpoint.inference_id)
        await outwait(
            self.bell,
            key,
            lambda: _owns(endpoint, self.around.view, key),
            CLEARING_SECONDS,
            self.around.monotonic,
        )


def find_objection(view: View, endpoint: Endpoint, manifest: Manifest) -> RequestFault | None:
    """Return what speaks against deleting an endpoint, which force overrules."""
    inference_id = endpoint.inference_id
    if is_reserved(inference_id):
        return RequestFault(
            ErrorType.BAD_REQUEST,
            f"[{inference_id}] is a reserved inference endpoint: delete it with force=true",
        )
    if owners := find_owners(manifest):
        return RequestFault(
            ErrorType.CONFLICT,
            f"Inference endpoint [{inference_id}] is {endpoint.subject}, which field manager "
            f"[{', '.join(owners)}] owns and may bring back: delete it there, or here with "
            "force=true",
        )
    sharers = list_sharers(view, endpoint)
    if sharers:
        return RequestFault(
            ErrorType.CONFLICT,
            f"the deployment of inference endpoint [{inference_id}] is shared by "
            f"[{', '.join(sharers)}], which would be left without: delete these first, or pass "
            "force=true",
        )
    return None


def list_sharers(view: View, endpoint: Endpoint) -> list[str]:
    """Return the ids of the other endpoints that the endpoint's own deployment serves."""
    if endpoint.settings is None or endpoint.settings.is_attached:
        return []
    users = list_users(view, endpoint.subject.namespace, endpoint.inference_id)
    return [user for user in users if user != endpoint.inference_id]


def describe_deletion(*, acknowledged: bool, problem: RequestFault | None = None) -> dict[str, Any]:
    """Return the body; there are no pipelines and no indexes here that could use an endpoint."""
    body: dict[str, Any] = {"acknowledged": acknowledged, "pipelines": [], "indexes": []}
    if problem is not None:
        body["error_message"] = problem.message
    return body


def _owns(endpoint: Endpoint, view: View, key: DeploymentKey) -> bool:
    found = view.find_deployment(key)
    return found is not None and found.subject.controller_uid == endpoint.subject.uid
