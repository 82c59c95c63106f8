"""The pod block: what the cluster's owner decides about model pods, in Kubernetes' own shapes.

It is no pod template: it holds what a model pod can be given without ceasing to be one. Each
field has Kubernetes' spelling and meaning. `allot_api.rules.pod` lists what is not left to it.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from allot_api.fields import Flag, ObjectName, Shape, unique_by
from allot_api.pod_affinity import Affinity
from allot_api.pod_scheduling import SpreadConstraints, Tolerations
from allot_api.pod_selectors import ATOMIC, LabelSet, LabelValue
from allot_api.pod_volumes import VolumeMounts, Volumes
from allot_api.quantities import Quantity

MAX_LABELS = 32
MAX_SECRETS = 8
MAX_VARIABLES = 64
MAX_RESOURCES = 16

Labels = Annotated[dict[str, LabelValue], Field(max_length=MAX_LABELS)]
Annotations = Annotated[
    dict[str, Annotated[str, Field(max_length=8192)]], Field(max_length=MAX_LABELS)
]
Quantities = Annotated[dict[str, Quantity], Field(max_length=MAX_RESOURCES)]


class SecretName(Shape):
    """A Secret of the namespace by its name."""

    name: ObjectName = Field(description="name of a Secret in the same namespace.")


class KeyReference(Shape):
    """One key of a ConfigMap or Secret."""

    name: ObjectName = Field(description="name of the object in the same namespace.")
    key: Annotated[str, Field(min_length=1, max_length=253)] = Field(
        description="key whose value is taken."
    )
    optional: Flag | None = Field(
        None, description="optional lets pods start without it; false if left out."
    )


class FieldReference(Shape):
    """A field of the pod itself."""

    field_path: Annotated[str, Field(min_length=1, max_length=512)] = Field(
        alias="fieldPath", description="fieldPath of the pod, such as status.hostIP."
    )


class VariableSource(Shape):
    """Where a variable's value comes from."""

    config_map_key_ref: KeyReference | None = Field(
        None, alias="configMapKeyRef", description="configMapKeyRef names a key of a ConfigMap."
    )
    secret_key_ref: KeyReference | None = Field(
        None, alias="secretKeyRef", description="secretKeyRef names a key of a Secret."
    )
    field_ref: FieldReference | None = Field(
        None, alias="fieldRef", description="fieldRef names a field of the pod."
    )


class Variable(Shape):
    """One variable of the runtime's environment."""

    name: Annotated[str, Field(min_length=1, max_length=253)] = Field(
        description="name of the variable; those that Allot sets are refused."
    )
    value: Annotated[str, Field(max_length=8192)] | None = Field(
        None, description="value of the variable; empty if neither it nor valueFrom is given."
    )
    value_from: VariableSource | None = Field(
        None, alias="valueFrom", description="valueFrom says where the value is read from."
    )


class Resources(Shape):
    """What a model pod asks for and may use, beside the CPU that num_threads stands for."""

    requests: Quantities | None = Field(
        None,
        description="requests by resource. memory replaces Allot's own; cpu, if given, is "
        "num_threads.",
    )
    limits: Quantities | None = Field(
        None,
        description="limits by resource, extended ones such as nvidia.com/gpu too. memory "
        "replaces Allot's own; cpu replaces cpuLimit and is at least num_threads.",
    )


UNIQUE_NAMES = unique_by(key=lambda one: one.name, shown=lambda one: {"name": one.name})
SecretNames = Annotated[
    list[SecretName], Field(max_length=MAX_SECRETS), AfterValidator(UNIQUE_NAMES)
]
Variables = Annotated[list[Variable], Field(max_length=MAX_VARIABLES), AfterValidator(UNIQUE_NAMES)]


def list_map(*keys: str) -> dict[str, Any]:
    """Return the schema's words for a list whose items are told apart by these fields."""
    return {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": list(keys)}


class PodSettings(Shape):
    """What model pods get beside what Allot gives them."""

    labels: Labels | None = Field(
        None, description="labels of the pods, beside those that Allot selects them by."
    )
    annotations: Annotations | None = Field(None, description="annotations of the pods.")
    node_selector: LabelSet | None = Field(
        None,
        alias="nodeSelector",
        description="nodeSelector holds labels that a node must have to run the pods.",
    )
    tolerations: Tolerations | None = Field(
        None,
        description="tolerations of taints of nodes that the pods may run on.",
        json_schema_extra={**ATOMIC},
    )
    affinity: Affinity | None = Field(
        None, description="affinity of the pods to nodes and to other pods."
    )
    topology_spread_constraints: SpreadConstraints | None = Field(
        None,
        alias="topologySpreadConstraints",
        description="topologySpreadConstraints of the pods; Allot spreads them over nodes and "
        "zones where it can.",
        json_schema_extra=list_map("topologyKey", "whenUnsatisfiable"),
    )
    priority_class_name: ObjectName | None = Field(
        None, alias="priorityClassName", description="priorityClassName of the pods."
    )
    runtime_class_name: ObjectName | None = Field(
        None, alias="runtimeClassName", description="runtimeClassName that containers run by."
    )
    service_account_name: ObjectName | None = Field(
        None,
        alias="serviceAccountName",
        description="serviceAccountName that the pods run as; its token is not mounted.",
    )
    image: Annotated[str, Field(min_length=1, max_length=512)] | None = Field(
        None, description="image of the runtime; the operator's own if left out."
    )
    image_pull_secrets: SecretNames | None = Field(
        None,
        alias="imagePullSecrets",
        description="imagePullSecrets by which the image is pulled.",
        json_schema_extra=list_map("name"),
    )
    env: Variables | None = Field(
        None,
        description="env holds further variables of the runtime.",
        json_schema_extra=list_map("name"),
    )
    volumes: Volumes | None = Field(
        None,
        description="volumes of the pods, beside Allot's own.",
        json_schema_extra=list_map("name"),
    )
    volume_mounts: VolumeMounts | None = Field(
        None,
        alias="volumeMounts",
        description="volumeMounts say where the runtime finds the volumes.",
        json_schema_extra=list_map("mountPath"),
    )
    resources: Resources | None = Field(
        None, description="resources that a pod asks for and may use."
    )


def dump_pod_settings(settings: PodSettings) -> dict[str, Any]:
    """Return the block as it is written, without what was left out; empty if nothing is said."""
    dumped: dict[str, Any] = settings.model_dump(mode="json", by_alias=True, exclude_none=True)
    return dumped
