"""A reserved id is admitted for the preconfigured endpoint that has it in Elasticsearch alone."""

from __future__ import annotations

from allot_api.preconfigured import PRECONFIGURED, Preconfigured
from allot_api.rules.endpoint_terms import (
    IS_ATTACHED,
    SETTINGS,
    Endpoint,
    EndpointRule,
    is_attached,
    settings_of,
)
from allot_api.rules.rule import Rule, ViolationReason, quote


def _build_rule(reserved: Preconfigured) -> EndpointRule:
    model = f"self.{SETTINGS}.model_id"
    is_same = (
        f"self.service == {quote(reserved.service)} "
        f"&& self.task_type == {quote(reserved.task_type)} "
        f"&& has({model}) && {model} == {quote(reserved.model_id)} && !{IS_ATTACHED}"
    )

    def holds(endpoint: Endpoint) -> bool:
        spec = endpoint.spec
        if spec.inference_id != reserved.inference_id:
            return True
        given = (spec.service, spec.task_type, settings_of(endpoint).model_id)
        wanted = (reserved.service, reserved.task_type, reserved.model_id)
        return given == wanted and not is_attached(endpoint)

    return Rule(
        name=f"reserved_for_{reserved.task_type}",
        path="inference_id",
        cel=f"!has(self.inference_id) || self.inference_id != {quote(reserved.inference_id)} "
        f"|| ({is_same})",
        holds=holds,
        message=f"inference_id is '{reserved.inference_id}', which is reserved for Elasticsearch's "
        f"own endpoint: write another inference_id, or service: {reserved.service}, task_type: "
        f"{reserved.task_type}, model_id: {reserved.model_id} and no deployment_id",
        reason=ViolationReason.FORBIDDEN,
    )


RESERVED_ID_RULES: tuple[EndpointRule, ...] = tuple(_build_rule(one) for one in PRECONFIGURED)
