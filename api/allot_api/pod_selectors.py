"""Labels, and what selects objects by them, as Kubernetes spells it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from allot_api.fields import Shape

MAX_SELECTORS = 16
MAX_EXPRESSIONS = 8
MAX_VALUES = 32
LABEL_KEY_LENGTH = 317
LABEL_VALUE_PATTERN = "^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?$"

ATOMIC = {"x-kubernetes-list-type": "atomic"}

LabelKey = Annotated[str, Field(min_length=1, max_length=LABEL_KEY_LENGTH)]
LabelValue = Annotated[str, Field(max_length=63, pattern=LABEL_VALUE_PATTERN)]
LabelSet = Annotated[dict[str, LabelValue], Field(max_length=MAX_SELECTORS)]


class ExpressionOperator(StrEnum):
    """How a selector's expression compares a label with its values."""

    IN = "In"
    NOT_IN = "NotIn"
    EXISTS = "Exists"
    DOES_NOT_EXIST = "DoesNotExist"


class SelectorExpression(Shape):
    """One condition on the labels of pods."""

    key: LabelKey = Field(description="key of the label.")
    operator: ExpressionOperator = Field(description="operator: In, NotIn, Exists or DoesNotExist.")
    values: Annotated[list[LabelValue], Field(max_length=MAX_VALUES)] | None = Field(
        None, description="values for In and NotIn.", json_schema_extra={**ATOMIC}
    )


class LabelSelector(Shape):
    """Pods by their labels."""

    match_labels: LabelSet | None = Field(
        None, alias="matchLabels", description="matchLabels that a pod must have."
    )
    match_expressions: (
        Annotated[list[SelectorExpression], Field(max_length=MAX_EXPRESSIONS)] | None
    ) = Field(
        None,
        alias="matchExpressions",
        description="matchExpressions that a pod's labels must fulfil.",
        json_schema_extra={**ATOMIC},
    )
