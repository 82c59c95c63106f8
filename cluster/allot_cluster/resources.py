"""The kinds that Allot reads and writes, and the paths at which the API server serves them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind, as the API server's paths name it."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool = True

    @property
    def api_version(self) -> str:
        """Return the `apiVersion` of its manifests: "v1", "apps/v1"."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def path(self, namespace: str | None = None, name: str = "", subresource: str = "") -> str:
        """Return the URL path of one object, or of the collection if no name is given.

        No namespace means all namespaces, which only a collection may ask for.
        """
        parts = ["apis", self.group, self.version] if self.group else ["api", self.version]
        if self.namespaced and namespace:
            parts += ["namespaces", namespace]
        elif self.namespaced and name:
            raise ValueError(f"{self.kind} {name} needs a namespace")
        parts += [part for part in (self.plural, name, subresource) if part]
        return "/" + "/".join(quote(part, safe="") for part in parts)


INFERENCE_GROUP = "inference.allot.dev"
INFERENCE_VERSION = "v1alpha1"

TRAINED_MODELS = Resource(INFERENCE_GROUP, INFERENCE_VERSION, "TrainedModel", "trainedmodels")
MODEL_DEPLOYMENTS = Resource(
    INFERENCE_GROUP, INFERENCE_VERSION, "ModelDeployment", "modeldeployments"
)
INFERENCE_ENDPOINTS = Resource(
    INFERENCE_GROUP, INFERENCE_VERSION, "InferenceEndpoint", "inferenceendpoints"
)

DEPLOYMENTS = Resource("apps", "v1", "Deployment", "deployments")
REPLICA_SETS = Resource("apps", "v1", "ReplicaSet", "replicasets")
DISRUPTION_BUDGETS = Resource("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets")
LEASES = Resource("coordination.k8s.io", "v1", "Lease", "leases")
SERVICES = Resource("", "v1", "Service", "services")
PODS = Resource("", "v1", "Pod", "pods")
EVENTS = Resource("", "v1", "Event", "events")
CONFIG_MAPS = Resource("", "v1", "ConfigMap", "configmaps")
NAMESPACES = Resource("", "v1", "Namespace", "namespaces", namespaced=False)
NODES = Resource("", "v1", "Node", "nodes", namespaced=False)
