"""Inference for the shapes of other APIs: a call as a value in, Elasticsearch's answer out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

import orjson

from allot_api.terms import TaskType
from allot_gateway.access.actions import Action, Verb
from allot_gateway.access.gate import Gate
from allot_gateway.inference.serving import Inference, Received
from allot_gateway.routing.calls import PodAnswer
from allot_gateway.shapes.inference_call import Computed, InferenceCall, ServedEndpoint
from allot_gateway.view.state import View
from allot_protocol.errors import ErrorType, RequestFault

# What a pod's refusal is by its status, for those who word it anew.
KINDS = {
    HTTPStatus.BAD_REQUEST: ErrorType.BAD_REQUEST,
    HTTPStatus.NOT_FOUND: ErrorType.NOT_FOUND,
    HTTPStatus.REQUEST_TIMEOUT: ErrorType.TIMEOUT,
    HTTPStatus.CONFLICT: ErrorType.NOT_DEPLOYED,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ErrorType.TOO_LARGE,
    HTTPStatus.TOO_MANY_REQUESTS: ErrorType.REJECTED,
}


@dataclass(frozen=True, slots=True)
class Calling:
    """Has calls computed for whoever may."""

    view: View
    gate: Gate
    inference: Inference

    async def infer(
        self, namespace: str, call: InferenceCall, headers: Mapping[str, str]
    ) -> Computed:
        """Return Elasticsearch's answer to a call, decoded; raises RequestFault."""
        endpoint = self.view.find_endpoint(namespace, call.inference_id)
        name = call.inference_id if endpoint is None else endpoint.subject.name
        await self.gate.admit(headers, Action(Verb.INFER, namespace, name))
        served = endpoint.settings.task_type if endpoint and endpoint.settings else None
        answer = await self.inference.answer(
            Received(
                namespace=namespace,
                inference_id=call.inference_id,
                task=call.task_type,
                timeout=None,
                chunks=None,
                body=write_body(call, served),
                headers={"traceparent": headers["traceparent"]} if "traceparent" in headers else {},
            )
        )
        if answer.status != HTTPStatus.OK:
            raise reword(answer)
        return Computed(orjson.loads(answer.body), answer.tokens or 0)

    def endpoints(self, namespace: str) -> Sequence[ServedEndpoint]:
        """Return what can be called."""
        return [
            ServedEndpoint(
                one.inference_id,
                one.settings.task_type,
                round(datetime.fromisoformat(one.subject.created).timestamp()),
            )
            for one in self.view.list_endpoints(namespace)
            if one.settings is not None
        ]


def write_body(call: InferenceCall, served: TaskType | None) -> bytes:
    """Return the body that a client of Elasticsearch would have sent. Pure."""
    fields: dict[str, Any] = {"input": call.inputs}
    if call.query is not None:
        fields["query"] = call.query
    if call.input_type is not None and served is TaskType.TEXT_EMBEDDING:
        fields["input_type"] = call.input_type
    if served is TaskType.RERANK:
        fields["return_documents"] = call.return_documents
        if call.top_n is not None:
            fields["top_n"] = call.top_n
    return orjson.dumps(fields)


def reword(answer: PodAnswer) -> RequestFault:
    """Return a pod's refusal as a fault of this process. Pure."""
    kind = KINDS.get(HTTPStatus(answer.status), ErrorType.BAD_GATEWAY)
    try:
        reason = str(orjson.loads(answer.body)["error"]["reason"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        reason = f"a pod answered {answer.status}"
    after = answer.retry_after
    seconds = int(after) if after is not None and after.isdecimal() else None
    return RequestFault(kind, reason, retry_after_seconds=seconds)
