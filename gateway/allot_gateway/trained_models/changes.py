"""What deployment/_update asks for, and the spec that it makes of a stored one. Pure."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from allot_api.rules import validate_deployment
from allot_gateway.merging import merge_settings
from allot_gateway.ownership import Field
from allot_gateway.violations import describe_violations
from allot_protocol.errors import ErrorType, RequestFault, illegal, invalid
from allot_protocol.request_body import refuse_unknown, shorten

NUMBER, ADAPTIVE = "number_of_allocations", "adaptive_allocations"
# Whichever of the two is set, the other one goes.
SIZE_FIELDS: tuple[Field, ...] = (("num_allocations",), (ADAPTIVE,))
_MOST_DIGITS = 9


def parse_update(query: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is asked for: a number, adaptive bounds, or both; raises RequestFault."""
    refuse_unknown(body, (NUMBER, ADAPTIVE), "update")
    asked = {name: value for name, value in body.items() if value is not None}
    if (text := query.get(NUMBER)) is not None:
        if not text.isascii() or not text.isdecimal() or len(text) > _MOST_DIGITS:
            raise illegal(f"Failed to parse int parameter [{NUMBER}] with value [{shorten(text)}]")
        asked[NUMBER] = int(text)
    if not asked:
        raise invalid(f"one of [{NUMBER}, {ADAPTIVE}] is missing")
    _check(asked)
    return asked


def change_spec(spec: Mapping[str, Any], asked: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the spec as it is to be; raises RequestFault where it would break a rule."""
    changed: dict[str, Any] = copy.deepcopy(dict(spec))
    before = changed.pop(ADAPTIVE, None) or {}
    if ADAPTIVE in asked:
        changed[ADAPTIVE] = merge_settings(before, asked[ADAPTIVE])
        if changed[ADAPTIVE].get("enabled"):
            changed.pop("num_allocations", None)
    if NUMBER in asked:
        changed["num_allocations"] = asked[NUMBER]
    violations = validate_deployment(changed, name=name)
    if violations:
        raise describe_violations(violations)
    return changed


def _check(asked: Mapping[str, Any]) -> None:
    number, adaptive = asked.get(NUMBER), asked.get(ADAPTIVE)
    if number is not None and (not isinstance(number, int) or isinstance(number, bool)):
        raise RequestFault(ErrorType.PARSE, f"[update] [{NUMBER}] must be a whole number")
    if number is not None and number < 1:
        raise invalid(f"[{NUMBER}] must be a positive integer")
    if adaptive is not None and not isinstance(adaptive, dict):
        raise RequestFault(ErrorType.PARSE, f"[update] [{ADAPTIVE}] must be an object")
    if number is not None and adaptive is not None and adaptive.get("enabled") is True:
        raise invalid(f"[{NUMBER}] cannot be set if [{ADAPTIVE}] is enabled")
