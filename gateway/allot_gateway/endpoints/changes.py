"""The body of _update, and the spec that it makes of a stored one. Pure.

Elasticsearch's newest rule: exactly one of num_allocations and adaptive_allocations, which takes
the place of the other; beside or instead of them task_settings.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from allot_api.rules import validate_endpoint
from allot_api.rules.validation import without_nulls
from allot_api.terms import TaskType
from allot_gateway.endpoints.bodies import parse_task, refuse_unknown_settings
from allot_gateway.json_body import parse_object
from allot_gateway.merging import merge_settings
from allot_gateway.ownership import Field
from allot_gateway.violations import describe_violations
from allot_protocol.errors import ErrorType, RequestFault, invalid
from allot_protocol.request_body import refuse_unknown

_KEYS = ("service_settings", "task_settings")
NUMBER, ADAPTIVE = "num_allocations", "adaptive_allocations"
_SIZES = (NUMBER, ADAPTIVE)
_FIXED = ("num_threads", "model_id", "deployment_id")
# Whichever of the two is set, the other one goes.
SIZE_FIELDS: tuple[Field, ...] = tuple(("service_settings", name) for name in _SIZES)
TASK_FIELD: Field = ("task_settings",)


@dataclass(frozen=True, slots=True)
class Wish:
    """What an _update asks for; None where it does not name it. `size` is one of the two."""

    task: TaskType | None
    size: Mapping[str, Any] | None
    task_settings: Mapping[str, Any] | None

    @property
    def fields(self) -> tuple[Field, ...]:
        """Return the fields of the spec that it writes."""
        sizes = SIZE_FIELDS if self.size is not None else ()
        return (*sizes, TASK_FIELD) if self.task_settings is not None else sizes


def parse_update(content: bytes) -> Wish:
    """Return what an _update asks for; raises RequestFault."""
    document = parse_object(content)
    task = document.pop("task_type", None)
    refuse_unknown_settings(document, _KEYS, "elasticsearch")
    for block in _KEYS:
        if block in document and not isinstance(document[block], dict):
            raise _refusal(f"[{block}] must be an object")
    if not document:
        raise _refusal("one of [service_settings] and [task_settings] must be given")
    settings = document.get("service_settings")
    return Wish(
        task=parse_task(str(task)) if task is not None else None,
        size=None if settings is None else _read_size(settings),
        task_settings=document.get("task_settings"),
    )


def change_spec(spec: Mapping[str, Any], wish: Wish, name: str) -> dict[str, Any]:
    """Return the spec as it is to be; raises RequestFault where it would break a rule."""
    changed: dict[str, Any] = copy.deepcopy(dict(spec))
    if wish.size is not None:
        settings = changed["service_settings"]
        before = settings.pop(ADAPTIVE, None) or {}
        settings.pop(NUMBER, None)
        settings |= _merge_size(wish.size, before)
    if wish.task_settings is not None:
        before = changed.get("task_settings", {})
        changed["task_settings"] = merge_settings(before, wish.task_settings)
        if not changed["task_settings"]:
            del changed["task_settings"]
    # Whether it may be stored is asked of the new spec alone: of what was stored under older
    # rules, more may be wrong than what is changed.
    violations = validate_endpoint(changed, name=name)
    if violations:
        raise describe_violations(violations)
    return changed


def is_same(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether two specs say the same; null is as if left out."""
    return without_nulls(before) == without_nulls(after)


def _merge_size(size: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the one field; of adaptive bounds what is not named stays, and null clears."""
    if NUMBER in size:
        return {NUMBER: size[NUMBER]}
    if not isinstance(size[ADAPTIVE], dict):
        return dict(size)
    return {ADAPTIVE: merge_settings(before, size[ADAPTIVE])}


def _read_size(settings: Mapping[str, Any]) -> dict[str, Any]:
    fixed = [name for name in _FIXED if name in settings]
    if fixed:
        raise _refusal(f"[service_settings] [{', '.join(fixed)}] cannot be updated")
    refuse_unknown(settings, _SIZES, "service_settings")
    given = {name: settings[name] for name in _SIZES if settings.get(name) is not None}
    if not given:
        raise _invalid(f"[service_settings] one of [{NUMBER}, {ADAPTIVE}] is missing")
    if len(given) > 1:
        raise _invalid(f"[service_settings] [{NUMBER}] and [{ADAPTIVE}] exclude each other")
    return given


def _invalid(problem: str) -> RequestFault:
    return invalid(problem, ErrorType.SETTINGS)


def _refusal(message: str) -> RequestFault:
    return RequestFault(ErrorType.BAD_REQUEST, message)
