"""PUT: an InferenceEndpoint is made, and waited for until it serves.

    find refusals ──► wait for leftovers to go ──► create ──► wait ──┬──► started: answer it
                                                                     ├──► time is up: 408, it comes
                                                                     └──► failed: delete it again

Elasticsearch stores first and leaves behind what cannot start; here it is all or nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from allot_cluster.declared import Deployment, Endpoint, read_endpoint
from allot_cluster.interface import Manifest
from allot_cluster.resources import INFERENCE_ENDPOINTS
from allot_gateway.endpoints.bodies import Wanted
from allot_gateway.endpoints.checks import (
    Scene,
    find_leftover,
    find_refusal,
    refuse_existing,
)
from allot_gateway.endpoints.finding import claimed_id, find_manifest, find_serving
from allot_gateway.endpoints.outcomes import judge_start
from allot_gateway.objects import create_object
from allot_gateway.starting import Failed, Pending, Started, Starter, Watched
from allot_gateway.surroundings import Surroundings
from allot_gateway.view.state import DeploymentKey, Place
from allot_gateway.waking import Bell, outwait, wait_for_ring
from allot_protocol.errors import ErrorType, RequestFault

# A shared deployment runs already: only the operator's word is waited for.
SHARED_SECONDS = 5.0
# What one watch has told another one tells soon.
LAG_SECONDS = 2.0
RECHECK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Creator:
    """Makes endpoints; `bell` is rung by the view for every place and deployment."""

    around: Surroundings
    bell: Bell

    @property
    def starter(self) -> Starter:
        """Return what waits for a start."""
        return Starter(self.around.cluster, self.bell, self.around.monotonic)

    async def create(self, namespace: str, wanted: Wanted, timeout_seconds: float) -> Endpoint:
        """Return the endpoint once it serves; raises RequestFault and ClusterError."""
        deadline = self.around.monotonic() + timeout_seconds
        scene = Scene(wanted, namespace, self.around.shared_namespace, self.around.view)
        await self._refuse(scene)
        await self._outwait_leftover(scene, deadline)
        made = await self._make(scene)
        is_shared = wanted.spec.service_settings.deployment_id is not None
        if is_shared:
            deadline = min(deadline, self.around.monotonic() + SHARED_SECONDS)
        place: Place = (made.subject.namespace, made.subject.name)
        watched = Watched(
            place, lambda: self.around.view.find_named(place), read_endpoint, judge_start
        )
        match await self.starter.wait(made, watched, deadline):
            case Started(endpoint):
                await self._outwait_view(endpoint)
                return endpoint
            case Failed(fault):
                raise await self.starter.take_back(made, fault)
            case Pending():
                if is_shared:
                    return made
                raise time_is_up(wanted.inference_id, timeout_seconds)

    async def _refuse(self, scene: Scene) -> None:
        # What the view shows may be gone already: another gateway may have deleted it.
        if scene.view.find_endpoint(scene.namespace, scene.inference_id) is not None and (
            await find_manifest(self.around, scene.namespace, scene.inference_id) is not None
        ):
            raise refuse_existing(scene.inference_id)
        if (fault := find_refusal(scene)) is not None:
            raise fault

    async def _outwait_leftover(self, scene: Scene, deadline: float) -> None:
        """Wait until the cluster has cleared away what a deleted endpoint of this id owned."""
        view, namespace, inference_id = scene.view, scene.namespace, scene.inference_id
        with self.bell.follow(DeploymentKey(namespace, inference_id)) as event:
            while (left := find_leftover(view, namespace, inference_id)) is not None:
                seconds = deadline - self.around.monotonic()
                if seconds <= 0:
                    raise RequestFault(
                        ErrorType.CONFLICT,
                        f"the deployment [{inference_id}] of a deleted inference endpoint is still "
                        f"there, as {left.subject}: try again when it is gone",
                    )
                # Its maker may also be one that the watch of endpoints has not told of yet.
                await wait_for_ring(event, min(seconds, RECHECK_SECONDS))

    async def _outwait_view(self, endpoint: Endpoint) -> None:
        """Wait until the watch of deployments, which is another, tells of the endpoint's too.

        Whoever reads the statistics next must not be told that there are none.
        """
        settings = endpoint.settings
        if settings is None or settings.is_attached:
            return
        key = DeploymentKey(endpoint.subject.namespace, settings.inference_id)
        await outwait(
            self.bell,
            key,
            lambda: not _serves(find_serving(self.around.view, endpoint)),
            LAG_SECONDS,
            self.around.monotonic,
        )

    async def _make(self, scene: Scene) -> Endpoint:
        made = await create_object(
            self.around.cluster,
            INFERENCE_ENDPOINTS,
            scene.inference_id,
            claimed_id,
            lambda name: build_manifest(scene, name),
        )
        if made is None:
            raise refuse_existing(scene.inference_id)
        return read_endpoint(made)


def _serves(deployment: Deployment | None) -> bool:
    stats = deployment.stats if deployment else None
    return stats is not None and stats.allocation_status.allocation_count > 0


def build_manifest(scene: Scene, name: str) -> Manifest:
    """Return the InferenceEndpoint, as a person would apply it."""
    spec = dict(scene.wanted.written)
    if name != scene.inference_id:
        spec["inference_id"] = scene.inference_id
    return {
        "apiVersion": INFERENCE_ENDPOINTS.api_version,
        "kind": INFERENCE_ENDPOINTS.kind,
        "metadata": {"name": name, "namespace": scene.namespace},
        "spec": spec,
    }


def time_is_up(inference_id: str, timeout_seconds: float) -> RequestFault:
    """Return what a client gets that waited long enough; nothing is undone."""
    return RequestFault(
        ErrorType.DEPLOYMENT_TIMEOUT,
        f"timeout [{timeout_seconds:g}s] waiting for the deployment [{inference_id}] to start: it "
        f"goes on starting; GET _ml/trained_models/_stats tells its state, and the endpoint can be "
        "used once it is started",
    )
