"""A view with one deployment, whose pods are stubs on sockets of this machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from allot_api.names import (
    DEPLOYMENT_PREFIX,
    MODEL_DEPLOYMENT_LABEL,
    derived_name,
    model_labels,
)
from allot_cluster.interface import Change, ChangeType, Manifest
from allot_cluster.resources import DEPLOYMENTS, MODEL_DEPLOYMENTS, PODS, Resource
from allot_gateway.routing.bounds import Bounds
from allot_gateway.routing.calls import PodAnswer, PodCall
from allot_gateway.routing.router import Router
from allot_gateway.view.state import DeploymentKey, View
from allot_protocol.priority import Priority
from tests.fakes.cluster import FakeCluster
from tests.fakes.stub_pod import StubPod

KEY = DeploymentKey("default", "my-elser")
NAME = derived_name("my-elser", DEPLOYMENT_PREFIX)
CREATED = "2026-01-01T00:00:00Z"


class Scene:
    """What a test moves: the view, the cluster and the router."""

    def __init__(self, router: Router, view: View, cluster: FakeCluster) -> None:
        self.router, self.view, self.cluster = router, view, cluster
        self.spec: dict[str, Any] = {"model_id": ".elser_model_2"}
        self.status: dict[str, Any] = {}

    def note(self, resource: Resource, manifest: Manifest) -> None:
        """Have a watch report an object."""
        self.view.note(resource, Change(ChangeType.MODIFIED, manifest))

    def deploy(self, replicas: int = 1, **status: Any) -> None:
        """Have the deployment, in the cluster too, with its target."""
        meta = {"namespace": "default", "creationTimestamp": CREATED, "generation": 1}
        deployment = {
            "apiVersion": MODEL_DEPLOYMENTS.api_version,
            "kind": MODEL_DEPLOYMENTS.kind,
            "metadata": {**meta, "name": "my-elser"},
            "spec": self.spec,
            "status": status,
        }
        labels = model_labels(NAME)
        shape = {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": []}},
        }
        workload = {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {**meta, "name": NAME},
            "spec": {"replicas": replicas, **shape},
        }
        for resource, manifest in ((MODEL_DEPLOYMENTS, deployment), (DEPLOYMENTS, workload)):
            self.note(resource, self.cluster.add(resource, manifest))

    def say(self, **status: Any) -> None:
        """Have the operator say something of the deployment."""
        known = self.cluster.peek(MODEL_DEPLOYMENTS, "default", "my-elser")
        assert known is not None
        self.note(MODEL_DEPLOYMENTS, {**known, "status": status})

    def see(self, pod: StubPod, *, ready: bool = True, leaving: bool = False) -> None:
        """Have a pod be there."""
        name = f"pod-{pod.port}"
        metadata: dict[str, Any] = {
            "namespace": "default",
            "name": name,
            "uid": f"uid-{name}",
            "labels": {MODEL_DEPLOYMENT_LABEL: NAME},
        }
        if leaving:
            metadata["deletionTimestamp"] = CREATED
        state = "True" if ready else "False"
        self.note(
            PODS,
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": metadata,
                "spec": {
                    "nodeName": "n",
                    "containers": [{"name": "runtime", "ports": [{"containerPort": pod.port}]}],
                },
                "status": {
                    "podIP": pod.host,
                    "conditions": [{"type": "Ready", "status": state}],
                },
            },
        )

    def lose(self, pod: StubPod) -> None:
        """Have a pod be gone."""
        metadata = {"namespace": "default", "name": f"pod-{pod.port}"}
        self.view.note(
            PODS,
            Change(ChangeType.DELETED, {"apiVersion": "v1", "kind": "Pod", "metadata": metadata}),
        )

    async def send(self, **call: Any) -> PodAnswer:
        """Send a request."""
        return await self.router.send(KEY, a_call(**call))


def a_call(
    *,
    body: bytes = b'{"input":"x"}',
    characters: int = 40,
    inputs: int = 1,
    priority: Priority = Priority.SEARCH,
    seconds: float = 5.0,
    timeout_seconds: float | None = None,
) -> PodCall:
    """Return a call that may take so many seconds."""
    deadline = asyncio.get_running_loop().time() + seconds
    return PodCall(
        "/_inference/my-elser",
        body,
        (("Content-Type", "application/json"),),
        characters,
        inputs,
        priority,
        deadline,
        timeout_seconds,
    )


@asynccontextmanager
async def a_scene(
    pods: Sequence[StubPod] = (), *, target: int = 1, bounds: Bounds | None = None, **spec: Any
) -> AsyncIterator[Scene]:
    """Yield a deployment with pods that serve."""
    view, cluster = View(), FakeCluster()
    async with Router(view, cluster, bounds) as router:
        scene = Scene(router, view, cluster)
        scene.spec |= spec
        scene.deploy(target)
        for pod in pods:
            scene.see(pod)
        yield scene
