"""What deployment/_start asks for: Elasticsearch's parameters to a ModelDeployment. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from allot_api.model_deployment import DEFAULT_QUEUE_CAPACITY, MAX_QUEUE_CAPACITY
from allot_api.rules import validate_deployment
from allot_api.rules.shared import COUNTS_IN_WORDS, THREAD_COUNTS
from allot_api.rules.validation import without_nulls
from allot_api.terms import Priority
from allot_gateway.naming import choose_name
from allot_gateway.violations import describe_violations
from allot_protocol.errors import ErrorType, RequestFault, illegal, invalid
from allot_protocol.request_body import refuse_unknown, shorten

# As Elasticsearch has it; the older names of two parameters are read too.
PARAMETERS = frozenset(
    {
        "cache_size",
        "deployment_id",
        "inference_threads",
        "model_threads",
        "number_of_allocations",
        "priority",
        "queue_capacity",
        "threads_per_allocation",
        "timeout",
        "wait_for",
    }
)
ADAPTIVE = "adaptive_allocations"
_SIZE = re.compile(r"\d{1,18}(\.\d{1,3})?(b|kb?|mb?|gb?|tb?|pb?)?", re.IGNORECASE)
_NUMBER = re.compile(r"-?[0-9]{1,9}")


class WaitFor(StrEnum):
    """How far a start is waited for."""

    STARTING = "starting"
    STARTED = "started"
    FULLY_ALLOCATED = "fully_allocated"


@dataclass(frozen=True, slots=True)
class Start:
    """A deployment that obeys every rule."""

    deployment_id: str
    model_id: str
    spec: Mapping[str, Any]
    wait_for: WaitFor


def parse_start(model_id: str, query: Mapping[str, str], body: Mapping[str, Any]) -> Start:
    """Return what is asked for; raises RequestFault."""
    refuse_unknown(body, (ADAPTIVE,), "start")
    _refuse_low_priority(query.get("priority", Priority.NORMAL.value))
    _refuse_no_size(query.get("cache_size", "0b"))
    spec: dict[str, Any] = {
        "model_id": model_id,
        "num_threads": _read(query, ("threads_per_allocation", "inference_threads")) or 1,
    }
    deployment_id = query.get("deployment_id") or model_id
    name = choose_name(deployment_id)
    if name != deployment_id:
        spec["deployment_id"] = deployment_id
    number = _read(query, ("number_of_allocations", "model_threads"))
    adaptive = without_nulls(body.get(ADAPTIVE))
    spec |= choose_size(number, adaptive)
    if (capacity := _read(query, ("queue_capacity",), MAX_QUEUE_CAPACITY)) is not None and (
        capacity != DEFAULT_QUEUE_CAPACITY
    ):
        spec["queue_capacity"] = capacity
    if spec["num_threads"] not in THREAD_COUNTS:
        raise invalid(f"[threads_per_allocation] must be a power of 2: {COUNTS_IN_WORDS}")
    if violations := validate_deployment(spec, name=name):
        raise describe_violations(violations)
    return Start(deployment_id, model_id, spec, _read_wait(query))


def choose_size(number: int | None, adaptive: object) -> dict[str, Any]:
    """Return num_allocations or adaptive_allocations of a spec; raises RequestFault."""
    is_enabled = isinstance(adaptive, dict) and adaptive.get("enabled") is True
    if number is not None and is_enabled:
        raise invalid("[number_of_allocations] cannot be set if [adaptive_allocations] is enabled")
    size: dict[str, Any] = {} if adaptive is None else {ADAPTIVE: adaptive}
    if number is not None:
        size["num_allocations"] = number
    elif not is_enabled:
        size["num_allocations"] = 1
    return size


def _read(query: Mapping[str, str], names: tuple[str, ...], most: int | None = None) -> int | None:
    """Return the number that one of the names has; raises RequestFault below 1."""
    text = next((query[name] for name in names if name in query), None)
    if text is None:
        return None
    if not _NUMBER.fullmatch(text):
        raise illegal(f"Failed to parse int parameter [{names[0]}] with value [{shorten(text)}]")
    if int(text) < 1:
        raise invalid(f"[{names[0]}] must be a positive integer")
    if most is not None and int(text) > most:
        raise invalid(f"[{names[0]}] must be at most [{most}]")
    return int(text)


def _read_wait(query: Mapping[str, str]) -> WaitFor:
    text = query.get("wait_for", WaitFor.STARTED.value)
    try:
        return WaitFor(text.lower())
    except ValueError:
        known = ", ".join(WaitFor)
        raise illegal(f"[wait_for] is [{shorten(text)}]; known are [{known}]") from None


def _refuse_low_priority(priority: str) -> None:
    if priority.lower() != Priority.NORMAL:
        raise invalid(
            f"[priority] is [{shorten(priority)}]: only [normal] is offered here, where Kubernetes "
            "decides which pods give way"
        )


def _refuse_no_size(text: str) -> None:
    if not _SIZE.fullmatch(text):
        raise RequestFault(
            ErrorType.PARSE,
            f"failed to parse setting [cache_size] with value [{shorten(text)}] as a size in bytes",
        )
