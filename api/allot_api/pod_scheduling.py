"""Where pods may run: tolerations and spreading, as Kubernetes spells them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, StrictInt

from allot_api.fields import MAX_INT32, MAX_SAFE_INTEGER, Shape, unique_by
from allot_api.pod_selectors import ATOMIC, LabelKey, LabelSelector, LabelValue

MAX_TOLERATIONS = 16
MAX_CONSTRAINTS = 8
MAX_LABEL_KEYS = 8


class TolerationOperator(StrEnum):
    """How a toleration compares its value with a taint's."""

    EXISTS = "Exists"
    EQUAL = "Equal"


class TaintEffect(StrEnum):
    """What a taint does to pods that don't tolerate it."""

    NO_SCHEDULE = "NoSchedule"
    PREFER_NO_SCHEDULE = "PreferNoSchedule"
    NO_EXECUTE = "NoExecute"


class SpreadAction(StrEnum):
    """What becomes of a pod that would break a spread constraint."""

    DO_NOT_SCHEDULE = "DoNotSchedule"
    SCHEDULE_ANYWAY = "ScheduleAnyway"


class NodePolicy(StrEnum):
    """Whether a spread constraint counts nodes that the pod cannot run on."""

    HONOR = "Honor"
    IGNORE = "Ignore"


class Toleration(Shape):
    """A taint that the pods may run in spite of."""

    key: LabelKey | None = Field(None, description="key of the taint; any if left out.")
    operator: TolerationOperator | None = Field(
        None, description="operator: Equal compares the value, Exists does not; Equal if left out."
    )
    value: LabelValue | None = Field(None, description="value of the taint.")
    effect: TaintEffect | None = Field(
        None,
        description="effect of the taint: NoSchedule, PreferNoSchedule or NoExecute; any "
        "if left out.",
    )
    toleration_seconds: Annotated[StrictInt, Field(ge=0, le=MAX_SAFE_INTEGER)] | None = Field(
        None,
        alias="tolerationSeconds",
        description="tolerationSeconds for which a pod stays on a node with a NoExecute taint; "
        "for ever if left out.",
    )


class SpreadConstraint(Shape):
    """How evenly the pods lie on the values of a node label."""

    topology_key: LabelKey = Field(
        alias="topologyKey",
        description="topologyKey is the node label, such as topology.kubernetes.io/zone; for "
        "kubernetes.io/hostname and topology.kubernetes.io/zone it replaces Allot's own.",
    )
    when_unsatisfiable: SpreadAction = Field(
        alias="whenUnsatisfiable", description="whenUnsatisfiable: DoNotSchedule or ScheduleAnyway."
    )
    max_skew: Annotated[StrictInt, Field(ge=1, le=MAX_INT32)] = Field(
        alias="maxSkew",
        description="maxSkew is the largest difference between the numbers of pods.",
    )
    min_domains: Annotated[StrictInt, Field(ge=1, le=MAX_INT32)] | None = Field(
        None,
        alias="minDomains",
        description="minDomains is the least number of values that there should be, with "
        "DoNotSchedule.",
    )
    label_selector: LabelSelector | None = Field(
        None,
        alias="labelSelector",
        description="labelSelector of the pods that are counted; this deployment's if left out.",
    )
    match_label_keys: Annotated[list[LabelKey], Field(max_length=MAX_LABEL_KEYS)] | None = Field(
        None,
        alias="matchLabelKeys",
        description="matchLabelKeys are labels of which pods must have the same value to be "
        "counted, such as pod-template-hash.",
        json_schema_extra={**ATOMIC},
    )
    node_affinity_policy: NodePolicy | None = Field(
        None,
        alias="nodeAffinityPolicy",
        description="nodeAffinityPolicy: Honor or Ignore nodeSelector and affinity; Honor if left "
        "out.",
    )
    node_taints_policy: NodePolicy | None = Field(
        None,
        alias="nodeTaintsPolicy",
        description="nodeTaintsPolicy: Honor or Ignore taints; Ignore if left out.",
    )


Tolerations = Annotated[list[Toleration], Field(max_length=MAX_TOLERATIONS)]
SpreadConstraints = Annotated[
    list[SpreadConstraint],
    Field(max_length=MAX_CONSTRAINTS),
    AfterValidator(
        unique_by(
            key=lambda one: (one.topology_key, one.when_unsatisfiable),
            shown=lambda one: {
                "topologyKey": one.topology_key,
                "whenUnsatisfiable": one.when_unsatisfiable,
            },
        )
    ),
]
