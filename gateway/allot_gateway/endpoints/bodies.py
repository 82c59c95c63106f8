"""The bodies of PUT and _update: Elasticsearch's keys to the spec of an InferenceEndpoint. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from allot_api.inference_endpoint import InferenceEndpointSpec
from allot_api.rules import validate_endpoint
from allot_api.rules.validation import without_nulls
from allot_api.terms import Service, TaskType
from allot_gateway.json_body import parse_object
from allot_gateway.naming import choose_name
from allot_gateway.violations import describe_violations
from allot_protocol.errors import ErrorType, RequestFault
from allot_protocol.request_body import shorten

_PUT_KEYS = ("service", "service_settings", "task_settings", "chunking_settings")
# Empty, they mean the defaults, as if they were not there.
_OPTIONAL_BLOCKS = ("task_settings", "chunking_settings")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a PUT asks for: a spec that obeys every rule, as it was written and parsed."""

    inference_id: str
    written: Mapping[str, Any]
    spec: InferenceEndpointSpec


def parse_put(content: bytes, inference_id: str, path_task: str | None) -> Wanted:
    """Return what a PUT asks for; raises RequestFault."""
    document = parse_object(content)
    task_type = choose_task(document.pop("task_type", None), path_task)
    service = _read_service(document.get("service"))
    if not isinstance(document.get("service_settings"), dict):
        raise _refusal("[service_settings] is missing: it must be an object")
    refuse_unknown_settings(document, _PUT_KEYS, service)
    written = {"task_type": task_type.value, **_without_empty(document)}
    if choose_name(inference_id) != inference_id:
        written["inference_id"] = inference_id
    violations = validate_endpoint(written, name=choose_name(inference_id))
    if violations:
        raise describe_violations(violations)
    return Wanted(inference_id, written, InferenceEndpointSpec.model_validate(written))


def choose_task(body_task: object, path_task: str | None) -> TaskType:
    """Return the task type of path and body, which must agree; raises RequestFault."""
    if body_task is not None and not isinstance(body_task, str):
        raise _refusal("[task_type] must be a string")
    if body_task is None and path_task is None:
        raise _refusal("the task type must be given, in the path or as [task_type] in the body")
    named = [parse_task(text) for text in (path_task, body_task) if text is not None]
    if len(set(named)) > 1:
        raise _refusal(
            f"the task_type in the path is [{named[0]}], which the body's [{named[1]}] contradicts"
        )
    return named[0]


def parse_task(text: str) -> TaskType:
    """Return the task type of a word; raises RequestFault."""
    try:
        return TaskType(text.lower())
    except ValueError:
        known = ", ".join(TaskType)
        raise _refusal(f"Unknown task_type [{shorten(text)}]; known are [{known}]") from None


def refuse_unknown_settings(
    document: Mapping[str, Any], known: Collection[str], service: str
) -> None:
    """Refuse keys that a body does not have."""
    unknown = [shorten(key) for key in document if key not in known]
    if unknown:
        raise _refusal(
            f"the configuration has settings [{', '.join(unknown)}] unknown to the [{service}] "
            "service"
        )


def _read_service(service: object) -> Service:
    if service is None:
        raise _refusal("the configuration is missing the [service] setting")
    if not isinstance(service, str) or service not in set(Service):
        raise _refusal(f"Unknown service [{shorten(str(service))}]")
    return Service(service)


def _without_empty(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body as it is stored: null and an empty block are as if left out."""
    kept = without_nulls(document)
    assert isinstance(kept, dict)
    return {key: value for key, value in kept.items() if value != {} or key not in _OPTIONAL_BLOCKS}


def _refusal(message: str) -> RequestFault:
    return RequestFault(ErrorType.BAD_REQUEST, message)
