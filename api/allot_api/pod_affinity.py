"""Which nodes, and which pods' company, model pods seek or avoid, as Kubernetes spells it.

Typed in full: the API server answers an unknown field deep in an applied Deployment as if it
were its own fault, so it has to be refused where it is written.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StrictInt

from allot_api.fields import ObjectName, Shape
from allot_api.pod_selectors import ATOMIC, LabelKey, LabelSelector

MAX_TERMS = 8
MAX_REQUIREMENTS = 8
MAX_VALUES = 64
MAX_NAMESPACES = 16
MAX_WEIGHT = 100


class NodeOperator(StrEnum):
    """How a node's label is compared with the values."""

    IN = "In"
    NOT_IN = "NotIn"
    EXISTS = "Exists"
    DOES_NOT_EXIST = "DoesNotExist"
    GREATER = "Gt"
    LESS = "Lt"


class NodeRequirement(Shape):
    """One condition on a node."""

    key: LabelKey = Field(description="key of the label or field.")
    operator: NodeOperator = Field(
        description="operator: In, NotIn, Exists, DoesNotExist, Gt or Lt."
    )
    values: (
        Annotated[list[Annotated[str, Field(max_length=253)]], Field(max_length=MAX_VALUES)] | None
    ) = Field(
        None,
        description="values for In and NotIn; one number for Gt and Lt.",
        json_schema_extra={**ATOMIC},
    )


Requirements = Annotated[list[NodeRequirement], Field(max_length=MAX_REQUIREMENTS)]


class NodeTerm(Shape):
    """Conditions of which all hold for a node."""

    match_expressions: Requirements | None = Field(
        None,
        alias="matchExpressions",
        description="matchExpressions that a node's labels must fulfil.",
        json_schema_extra={**ATOMIC},
    )
    match_fields: Requirements | None = Field(
        None,
        alias="matchFields",
        description="matchFields that a node's fields must fulfil, such as metadata.name.",
        json_schema_extra={**ATOMIC},
    )


class NodeTerms(Shape):
    """Terms of which one holds for a node."""

    terms: Annotated[list[NodeTerm], Field(min_length=1, max_length=MAX_TERMS)] = Field(
        alias="nodeSelectorTerms",
        description="nodeSelectorTerms of which a node must fulfil one.",
        json_schema_extra={**ATOMIC},
    )


Weight = Annotated[StrictInt, Field(ge=1, le=MAX_WEIGHT)]


class PreferredNodes(Shape):
    """Nodes that are better than others."""

    weight: Weight = Field(description="weight of the preference, 1 to 100.")
    preference: NodeTerm = Field(description="preference that a node should fulfil.")


class NodeAffinity(Shape):
    """Which nodes the pods must or should run on."""

    required: NodeTerms | None = Field(
        None,
        alias="requiredDuringSchedulingIgnoredDuringExecution",
        description="requiredDuringSchedulingIgnoredDuringExecution of a node.",
    )
    preferred: Annotated[list[PreferredNodes], Field(max_length=MAX_TERMS)] | None = Field(
        None,
        alias="preferredDuringSchedulingIgnoredDuringExecution",
        description="preferredDuringSchedulingIgnoredDuringExecution of a node.",
        json_schema_extra={**ATOMIC},
    )


LabelKeys = Annotated[list[LabelKey], Field(max_length=MAX_REQUIREMENTS)]


class PodTerm(Shape):
    """Pods, and how near they are."""

    label_selector: LabelSelector | None = Field(
        None, alias="labelSelector", description="labelSelector of the pods; none if left out."
    )
    topology_key: LabelKey = Field(
        alias="topologyKey",
        description="topologyKey is the node label that pods near one another share.",
    )
    namespaces: Annotated[list[ObjectName], Field(max_length=MAX_NAMESPACES)] | None = Field(
        None,
        description="namespaces of the pods; the pods' own if left out.",
        json_schema_extra={**ATOMIC},
    )
    namespace_selector: LabelSelector | None = Field(
        None, alias="namespaceSelector", description="namespaceSelector of further namespaces."
    )
    match_label_keys: LabelKeys | None = Field(
        None,
        alias="matchLabelKeys",
        description="matchLabelKeys are labels of which the pods have the same value.",
        json_schema_extra={**ATOMIC},
    )
    mismatch_label_keys: LabelKeys | None = Field(
        None,
        alias="mismatchLabelKeys",
        description="mismatchLabelKeys are labels of which the pods have other values.",
        json_schema_extra={**ATOMIC},
    )


class PreferredPods(Shape):
    """Pods whose company is better than others'."""

    weight: Weight = Field(description="weight of the preference, 1 to 100.")
    term: PodTerm = Field(alias="podAffinityTerm", description="podAffinityTerm names the pods.")


class PodAffinity(Shape):
    """Which pods' company is a must or a should; for anti-affinity, which pods' absence."""

    required: Annotated[list[PodTerm], Field(max_length=MAX_TERMS)] | None = Field(
        None,
        alias="requiredDuringSchedulingIgnoredDuringExecution",
        description="requiredDuringSchedulingIgnoredDuringExecution of the pods near.",
        json_schema_extra={**ATOMIC},
    )
    preferred: Annotated[list[PreferredPods], Field(max_length=MAX_TERMS)] | None = Field(
        None,
        alias="preferredDuringSchedulingIgnoredDuringExecution",
        description="preferredDuringSchedulingIgnoredDuringExecution of the pods near.",
        json_schema_extra={**ATOMIC},
    )


class Affinity(Shape):
    """What the pods seek and avoid."""

    node_affinity: NodeAffinity | None = Field(
        None, alias="nodeAffinity", description="nodeAffinity says which nodes."
    )
    pod_affinity: PodAffinity | None = Field(
        None, alias="podAffinity", description="podAffinity says near which pods."
    )
    pod_anti_affinity: PodAffinity | None = Field(
        None, alias="podAntiAffinity", description="podAntiAffinity says away from which pods."
    )
