"""The cluster as it was last seen, and questions about it. No I/O; changes come in by `note`.

What is served is found by Elasticsearch's ids. Of several objects of a namespace that claim one id
the holder has it, by the operator's own rule (`allot_cluster.claims`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from allot_api.names import DEPLOYMENT_PREFIX, MODEL_DEPLOYMENT_LABEL, derived_name
from allot_cluster.claims import choose_holder
from allot_cluster.declared import (
    Deployment,
    Endpoint,
    Model,
    read_deployment,
    read_endpoint,
    read_model,
)
from allot_cluster.interface import Change, ChangeType, Manifest
from allot_cluster.resources import (
    DEPLOYMENTS,
    INFERENCE_ENDPOINTS,
    MODEL_DEPLOYMENTS,
    PODS,
    TRAINED_MODELS,
    Resource,
)
from allot_gateway.view.workloads import ServingPod, Workload, read_pod, read_workload


@dataclass(frozen=True, slots=True)
class DeploymentKey:
    """Which deployment: its namespace, and its deployment_id."""

    namespace: str
    deployment_id: str

    @property
    def resource_name(self) -> str:
        """Return the name of its Deployment, and the label's value of its pods."""
        return derived_name(self.deployment_id, DEPLOYMENT_PREFIX)


@dataclass(frozen=True, slots=True)
class Target:
    """What a request can be sent to: a ModelDeployment, its Deployment and its pods.

    `deployment` is None where nothing claims the id, `workload` where the operator has made none.
    """

    key: DeploymentKey
    deployment: Deployment | None
    workload: Workload | None
    pods: tuple[ServingPod, ...]

    @property
    def routable(self) -> tuple[ServingPod, ...]:
        """Return the pods that requests may be sent to."""
        return tuple(pod for pod in self.pods if pod.is_routable)


Value = TypeVar("Value")
Listener = Callable[[DeploymentKey], None]
Place = tuple[str, str]
"""A namespace and the name of an object in it."""
EndpointListener = Callable[[Place], None]


@dataclass(slots=True)
class View:
    """All that the gateway knows of the cluster. Every answer is of this moment."""

    _endpoints: dict[Place, Endpoint] = field(default_factory=dict)
    _deployments: dict[Place, Deployment] = field(default_factory=dict)
    _models: dict[Place, Model] = field(default_factory=dict)
    _workloads: dict[Place, Workload] = field(default_factory=dict)
    _pods: dict[Place, dict[str, ServingPod]] = field(default_factory=lambda: defaultdict(dict))
    _labels: dict[Place, str] = field(default_factory=dict)
    _endpoints_by_id: dict[Place, Endpoint] = field(default_factory=dict)
    _deployments_by_id: dict[Place, Deployment] = field(default_factory=dict)
    _ids: dict[Place, str] = field(default_factory=dict)
    _targets: dict[DeploymentKey, Target] = field(default_factory=dict)
    _synced: set[Resource] = field(default_factory=set)
    _listeners: list[Listener] = field(default_factory=list)
    _endpoint_listeners: list[EndpointListener] = field(default_factory=list)

    @property
    def is_synced(self) -> bool:
        """Whether every kind has been listed once: before that, not found means nothing."""
        return self._synced >= set(_READERS)

    def listen(self, listener: Listener) -> None:
        """Have `listener` called whenever what a deployment's requests can be sent to changed."""
        self._listeners.append(listener)

    def listen_endpoints(self, listener: EndpointListener) -> None:
        """Have `listener` called whenever an InferenceEndpoint or its status changed."""
        self._endpoint_listeners.append(listener)

    def find_named(self, place: Place) -> Endpoint | None:
        """Return the InferenceEndpoint of a name, whether or not it has the id that it claims."""
        return self._endpoints.get(place)

    def find_endpoint(self, namespace: str, inference_id: str) -> Endpoint | None:
        """Return the endpoint that has an id."""
        return self._endpoints_by_id.get((namespace, inference_id))

    def list_endpoints(self, namespace: str) -> list[Endpoint]:
        """Return the endpoints of a namespace that have their ids, by id."""
        return _of(namespace, self._endpoints_by_id)

    def find_deployment(self, key: DeploymentKey) -> Deployment | None:
        """Return the ModelDeployment that has an id."""
        return self._deployments_by_id.get((key.namespace, key.deployment_id))

    def list_deployments(self, namespace: str) -> list[Deployment]:
        """Return the ModelDeployments of a namespace that have their ids, by id."""
        return _of(namespace, self._deployments_by_id)

    def list_models(self, namespaces: Iterable[str]) -> list[Model]:
        """Return the TrainedModels of some namespaces, those of the first one first."""
        return [
            model
            for namespace in namespaces
            for (where, _), model in sorted(self._models.items())
            if where == namespace
        ]

    def namespaces(self) -> frozenset[str]:
        """Return where there are ModelDeployments."""
        return frozenset(namespace for namespace, _ in self._deployments)

    def find_target(self, key: DeploymentKey) -> Target:
        """Return what a deployment's requests can be sent to; made once for each change."""
        known = self._targets.get(key)
        if known is None:
            place = (key.namespace, key.resource_name)
            pods = sorted(self._pods.get(place, {}).values(), key=lambda pod: pod.name)
            known = Target(key, self.find_deployment(key), self._workloads.get(place), tuple(pods))
            # Ids that nothing claims come from clients, and must not fill the memory.
            if known.deployment is not None:
                self._targets[key] = known
        return known

    def note(self, resource: Resource, change: Change) -> None:
        """Take in one change of a watch."""
        if change.type is ChangeType.SYNCED:
            self._synced.add(resource)
            return
        _READERS[resource](self, change.object, change.type is ChangeType.DELETED)

    def _note_endpoint(self, manifest: Manifest, is_gone: bool) -> None:
        place = _place(manifest)
        before = self._endpoints.pop(place, None)
        if not is_gone:
            self._endpoints[place] = read_endpoint(manifest)
        after = self._endpoints.get(place)
        for inference_id in {one.inference_id for one in (before, after) if one is not None}:
            holder = choose_holder(
                one
                for (namespace, _), one in self._endpoints.items()
                if namespace == place[0] and one.inference_id == inference_id
            )
            _set(self._endpoints_by_id, (place[0], inference_id), holder)
        for listener in self._endpoint_listeners:
            listener(place)

    def _note_deployment(self, manifest: Manifest, is_gone: bool) -> None:
        place = _place(manifest)
        before = self._deployments.pop(place, None)
        if not is_gone:
            self._deployments[place] = read_deployment(manifest)
        after = self._deployments.get(place)
        for deployment_id in {one.deployment_id for one in (before, after) if one is not None}:
            holder = choose_holder(
                one
                for (namespace, _), one in self._deployments.items()
                if namespace == place[0] and one.deployment_id == deployment_id
            )
            key = DeploymentKey(place[0], deployment_id)
            _set(self._deployments_by_id, (place[0], deployment_id), holder)
            _set(self._ids, (place[0], key.resource_name), deployment_id if holder else None)
            self._tell(key)

    def _note_model(self, manifest: Manifest, is_gone: bool) -> None:
        _set(self._models, _place(manifest), None if is_gone else read_model(manifest))

    def _note_workload(self, manifest: Manifest, is_gone: bool) -> None:
        place = _place(manifest)
        _set(self._workloads, place, None if is_gone else read_workload(manifest))
        self._tell_of(place)

    def _note_pod(self, manifest: Manifest, is_gone: bool) -> None:
        namespace, name = _place(manifest)
        label = manifest["metadata"].get("labels", {}).get(MODEL_DEPLOYMENT_LABEL)
        # Of a pod that is gone only the name is certain to be told.
        label = self._labels.get((namespace, name), "") if label is None else label
        place = (namespace, label)
        if is_gone:
            self._labels.pop((namespace, name), None)
            self._pods[place].pop(name, None)
        else:
            self._labels[namespace, name] = label
            before = self._pods[place].get(name)
            self._pods[place][name] = pod = read_pod(manifest)
            if pod == before:
                return
        if not self._pods[place]:
            del self._pods[place]
        self._tell_of(place)

    def _tell_of(self, place: Place) -> None:
        deployment_id = self._ids.get(place)
        if deployment_id is not None:
            self._tell(DeploymentKey(place[0], deployment_id))

    def _tell(self, key: DeploymentKey) -> None:
        self._targets.pop(key, None)
        for listener in self._listeners:
            listener(key)


_READERS: Mapping[Resource, Callable[[View, Manifest, bool], None]] = {
    INFERENCE_ENDPOINTS: View._note_endpoint,
    MODEL_DEPLOYMENTS: View._note_deployment,
    TRAINED_MODELS: View._note_model,
    DEPLOYMENTS: View._note_workload,
    PODS: View._note_pod,
}
WATCHED = tuple(_READERS)


def _of(namespace: str, held: Mapping[Place, Value]) -> list[Value]:
    return [one for (where, _), one in sorted(held.items()) if where == namespace]


def _set(into: dict[Place, Value], place: Place, value: Value | None) -> None:
    if value is None:
        into.pop(place, None)
    else:
        into[place] = value


def _place(manifest: Manifest) -> Place:
    metadata = manifest["metadata"]
    return metadata.get("namespace", ""), metadata["name"]
