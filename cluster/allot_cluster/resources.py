"""The kinds that Allot reads and writes, and the paths at which the API server serves them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from allot_api import names


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


TRAINED_MODELS = Resource(names.GROUP, names.VERSION, names.TRAINED_MODEL, "trainedmodels")
MODEL_DEPLOYMENTS = Resource(names.GROUP, names.VERSION, names.MODEL_DEPLOYMENT, "modeldeployments")
INFERENCE_ENDPOINTS = Resource(
    names.GROUP, names.VERSION, names.INFERENCE_ENDPOINT, "inferenceendpoints"
)

DEPLOYMENTS = Resource("apps", "v1", "Deployment", "deployments")
REPLICA_SETS = Resource("apps", "v1", "ReplicaSet", "replicasets")
DISRUPTION_BUDGETS = Resource("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets")
LEASES = Resource("coordination.k8s.io", "v1", "Lease", "leases")
SERVICES = Resource("", "v1", "Service", "services")
PODS = Resource("", "v1", "Pod", "pods")
EVENTS = Resource("", "v1", "Event", "events")
CONFIG_MAPS = Resource("", "v1", "ConfigMap", "configmaps")
SECRETS = Resource("", "v1", "Secret", "secrets")
NAMESPACES = Resource("", "v1", "Namespace", "namespaces", namespaced=False)
NODES = Resource("", "v1", "Node", "nodes", namespaced=False)

# Questions that are created to be answered, and kept nowhere.
TOKEN_REVIEWS = Resource(
    "authentication.k8s.io", "v1", "TokenReview", "tokenreviews", namespaced=False
)
SUBJECT_ACCESS_REVIEWS = Resource(
    "authorization.k8s.io", "v1", "SubjectAccessReview", "subjectaccessreviews", namespaced=False
)
