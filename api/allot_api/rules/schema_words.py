"""Says in the API server's words where a document does not fit its schema.

pydantic finds the misfit; the sentences are the API server's own, so that a person reads
the same whichever way a document came in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic_core import ErrorDetails

BODY = "Invalid value: {value}: {field} in body "
WRONG_TYPE = 'Invalid value: "{given}": {field} in body must be of type {wanted}: "{given}"'
UNSUPPORTED = "Unsupported value: {value}: supported values: {supported}"

# By pydantic's error type; the placeholders are pydantic's context and those of `describe_error`.
SENTENCES: Mapping[str, str] = {
    "missing": "Required value",
    "extra_forbidden": 'unknown field "{field}"',
    "greater_than_equal": BODY + "should be greater than or equal to {ge}",
    "less_than_equal": BODY + "should be less than or equal to {le}",
    "string_too_short": BODY + "should be at least {min_length} chars long",
    "string_too_long": "Too long: may not be more than {max_length} bytes",
    "string_pattern_mismatch": BODY + "should match '{pattern}'",
    "too_short": "Invalid value: {actual_length}: {field} in body should have at least "
    "{min_length} items",
    "too_long": "Too many: {actual_length}: must have at most {max_length} items",
    "duplicate": "Duplicate value: {duplicate}",
    "enum": UNSUPPORTED,
}
WANTED_TYPES: Mapping[str, str] = {
    "enum": "string",
    "string_type": "string",
    "int_type": "integer",
    "bool_type": "boolean",
    "list_type": "array",
    "model_type": "object",
    "dict_type": "object",
}
JSON_TYPES: Mapping[type, str] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    list: "array",
    dict: "object",
    type(None): "null",
}


def describe_error(detail: ErrorDetails) -> tuple[str, str]:
    """Return the field, from `spec` on, and the sentence for one of pydantic's errors.

    An error that the API server has no sentence for keeps pydantic's own.
    """
    context: dict[str, Any] = dict(detail.get("ctx", {}))
    field = _field_of((*detail["loc"], *context.get("at", ())))
    given = detail["input"]
    words = {
        "field": field,
        "value": json.dumps(given, ensure_ascii=False, default=str),
        "given": JSON_TYPES.get(type(given), type(given).__name__),
        "wanted": WANTED_TYPES.get(detail["type"], ""),
        "supported": ", ".join(re.findall(r"'[^']*'", context.get("expected", ""))),
    }
    words["supported"] = words["supported"].replace("'", '"')
    return field, _sentence_for(detail["type"], given, detail["msg"]).format(**context, **words)


def _sentence_for(error_type: str, given: object, fallback: str) -> str:
    if error_type in SENTENCES and not (error_type == "enum" and not isinstance(given, str)):
        return SENTENCES[error_type]
    if error_type in WANTED_TYPES:
        return WRONG_TYPE
    return fallback.replace("{", "{{").replace("}", "}}")


def _field_of(location: tuple[int | str, ...]) -> str:
    """Return a path as the API server writes it: spec.source.files[0].path."""
    return "spec" + "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in location
    )
