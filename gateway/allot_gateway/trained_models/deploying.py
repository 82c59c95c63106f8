"""deployment/_start, _update and _stop: a ModelDeployment is made, changed and deleted.

One that an endpoint made is that endpoint's: it is changed and deleted there. One that a person or
a GitOps tool applied is changed only with force.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from allot_cluster.claims import choose_holder
from allot_cluster.declared import Deployment, read_deployment
from allot_cluster.interface import Manifest
from allot_cluster.resources import MODEL_DEPLOYMENTS
from allot_gateway.catalogue import find_model
from allot_gateway.objects import create_object, find_object
from allot_gateway.ownership import find_owners
from allot_gateway.rewriting import rewrite
from allot_gateway.sharing import list_users
from allot_gateway.starting import Failed, Pending, Started, Starter, Watched
from allot_gateway.states import refuse_unless_started
from allot_gateway.surroundings import Surroundings
from allot_gateway.trained_models.changes import SIZE_FIELDS, change_spec
from allot_gateway.trained_models.ids import model_is_missing, select
from allot_gateway.trained_models.outcomes import judge_start
from allot_gateway.trained_models.starts import Start, WaitFor
from allot_gateway.view.state import DeploymentKey
from allot_gateway.waking import Bell, outwait
from allot_protocol.errors import ErrorType, RequestFault

CLEARING_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Deployer:
    """Makes, changes and deletes deployments; `bell` is rung by the view for each."""

    around: Surroundings
    bell: Bell

    async def start(self, namespace: str, asked: Start, timeout_seconds: float) -> Deployment:
        """Return the deployment once it is as far as asked; raises RequestFault, ClusterError."""
        deadline = self.around.monotonic() + timeout_seconds
        self._refuse_start(namespace, asked)
        made = await self._make(namespace, asked)
        if asked.wait_for is WaitFor.STARTING:
            return made
        key = DeploymentKey(namespace, asked.deployment_id)
        watched = Watched(
            key,
            lambda: self.around.view.find_deployment(key),
            read_deployment,
            lambda one: judge_start(one, asked.wait_for),
        )
        starter = Starter(self.around.cluster, self.bell, self.around.monotonic)
        match await starter.wait(made, watched, deadline):
            case Started(deployment):
                return deployment
            case Failed(fault):
                raise await starter.take_back(made, fault)
            case Pending():
                raise RequestFault(
                    ErrorType.DEPLOYMENT_TIMEOUT,
                    f"timeout [{timeout_seconds:g}s] waiting for the deployment "
                    f"[{asked.deployment_id}] to be [{asked.wait_for}]: it goes on starting; "
                    "GET _ml/trained_models/_stats tells its state",
                )

    async def update(
        self, namespace: str, deployment_id: str, size: Mapping[str, Any], *, is_forced: bool
    ) -> Deployment:
        """Return the deployment as it is then; raises RequestFault and ClusterError."""

        async def plan() -> tuple[Manifest, dict[str, Any]]:
            deployment = await self._find(namespace, deployment_id)
            before: dict[str, Any] = deployment.manifest["spec"]
            spec = change_spec(before, size, deployment.subject.name)
            if spec == before:
                return deployment.manifest, before
            self._refuse_update(deployment, is_forced=is_forced)
            return deployment.manifest, spec

        return read_deployment(await rewrite(self.around.cluster, MODEL_DEPLOYMENTS, plan))

    async def stop(
        self, namespace: str, expression: str, *, is_forced: bool, may_be_none: bool
    ) -> None:
        """Delete the deployments that are meant, or none; raises RequestFault and ClusterError."""
        chosen = select(
            await self._list(namespace),
            lambda one: (one.deployment_id,),
            expression,
            may_be_none=may_be_none,
        )
        for deployment in chosen:
            self._refuse_stop(deployment, is_forced=is_forced)
        for deployment in chosen:
            subject = deployment.subject
            await self.around.cluster.delete(
                MODEL_DEPLOYMENTS, namespace, subject.name, uid=subject.uid
            )
            await self._wait_until_gone(deployment)

    def _refuse_start(self, namespace: str, asked: Start) -> None:
        view, places = self.around.view, (namespace, self.around.shared_namespace)
        found = find_model(view, places, asked.model_id)
        if found is None:
            raise model_is_missing(asked.model_id)
        if found.spec is None:
            raise _refusal(f"model [{asked.model_id}] cannot be served: {found.violation}")
        if view.find_deployment(DeploymentKey(namespace, asked.deployment_id)) is not None:
            raise _exists(asked.deployment_id)
        if view.find_endpoint(namespace, asked.deployment_id) is not None:
            raise _refusal(
                f"the deployment id [{asked.deployment_id}] must not be the id of an existing "
                "inference endpoint"
            )
        others = view.list_models(dict.fromkeys(places))
        is_others = any(one.model_id == asked.deployment_id for one in others)
        if is_others and asked.deployment_id != found.model_id:
            raise _refusal(
                f"the deployment id [{asked.deployment_id}] must not be the id of another model"
            )

    async def _make(self, namespace: str, asked: Start) -> Deployment:
        made = await create_object(
            self.around.cluster,
            MODEL_DEPLOYMENTS,
            asked.deployment_id,
            claimed_id,
            lambda name: build_manifest(namespace, name, asked),
        )
        if made is None:
            raise _exists(asked.deployment_id)
        return read_deployment(made)

    async def _list(self, namespace: str) -> list[Deployment]:
        """Return the deployments that have their ids, as the API server has them now."""
        listing = await self.around.cluster.list(MODEL_DEPLOYMENTS, namespace=namespace)
        found = [read_deployment(manifest) for manifest in listing.items]
        holders = (
            choose_holder(one for one in found if one.deployment_id == deployment_id)
            for deployment_id in sorted({one.deployment_id for one in found})
        )
        return [one for one in holders if one is not None]

    async def _find(self, namespace: str, deployment_id: str) -> Deployment:
        known = self.around.view.find_deployment(DeploymentKey(namespace, deployment_id))
        name = known.subject.name if known else ""
        found = await find_object(
            self.around.cluster, MODEL_DEPLOYMENTS, namespace, deployment_id, claimed_id, name
        )
        if found is None:
            raise RequestFault(ErrorType.NOT_FOUND, f"deployment [{deployment_id}] not found")
        return read_deployment(found)

    def _refuse_update(self, deployment: Deployment, *, is_forced: bool) -> None:
        self._refuse_endpoints(deployment, "updated")
        refuse_unless_started(deployment.deployment_id, deployment.stats)
        refuse_owned(deployment, SIZE_FIELDS, is_forced=is_forced)

    def _refuse_stop(self, deployment: Deployment, *, is_forced: bool) -> None:
        self._refuse_endpoints(deployment, "stopped")
        users = list_users(self.around.view, deployment.subject.namespace, deployment.deployment_id)
        if users and not is_forced:
            raise RequestFault(
                ErrorType.CONFLICT,
                f"Cannot stop deployment [{deployment.deployment_id}]: inference endpoints "
                f"[{', '.join(users)}] use it; delete them first, or pass force=true",
            )
        refuse_owned(deployment, ((),), is_forced=is_forced)

    def _refuse_endpoints(self, deployment: Deployment, done: str) -> None:
        """Refuse what an endpoint made; force does not help: the operator would make it again."""
        uid = deployment.subject.controller_uid
        makers = self.around.view.list_endpoints(deployment.subject.namespace)
        maker = next((one for one in makers if uid and one.subject.uid == uid), None)
        if maker is None and not uid:
            return
        name = maker.inference_id if maker else deployment.deployment_id
        raise RequestFault(
            ErrorType.CONFLICT,
            f"deployment [{deployment.deployment_id}] was made by inference endpoint [{name}] and "
            f"cannot be {done} by itself: update or delete that inference endpoint",
        )

    async def _wait_until_gone(self, deployment: Deployment) -> None:
        key = DeploymentKey(deployment.subject.namespace, deployment.deployment_id)
        uid = deployment.subject.uid

        def is_there() -> bool:
            found = self.around.view.find_deployment(key)
            return found is not None and found.subject.uid == uid

        await outwait(self.bell, key, is_there, CLEARING_SECONDS, self.around.monotonic)


def claimed_id(manifest: Manifest) -> str:
    """Return the deployment_id that a ModelDeployment claims."""
    return read_deployment(manifest).deployment_id


def build_manifest(namespace: str, name: str, asked: Start) -> Manifest:
    """Return the ModelDeployment, as a person would apply it."""
    spec = dict(asked.spec)
    if name != asked.deployment_id:
        spec["deployment_id"] = asked.deployment_id
    return {
        "apiVersion": MODEL_DEPLOYMENTS.api_version,
        "kind": MODEL_DEPLOYMENTS.kind,
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
    }


def refuse_owned(
    deployment: Deployment, fields: tuple[tuple[str, ...], ...], *, is_forced: bool
) -> None:
    """Refuse to change what another field manager owns; raises RequestFault."""
    owners = find_owners(deployment.manifest, fields)
    if owners and not is_forced:
        raise RequestFault(
            ErrorType.CONFLICT,
            f"deployment [{deployment.deployment_id}] is {deployment.subject}, which field manager "
            f"[{', '.join(owners)}] owns and may set back: change it there, or here with "
            "force=true",
        )


def _exists(deployment_id: str) -> RequestFault:
    return RequestFault(
        ErrorType.EXISTS, f"a deployment with the same id [{deployment_id}] already exists"
    )


def _refusal(message: str) -> RequestFault:
    return RequestFault(ErrorType.BAD_REQUEST, message)
