"""Turns a pydantic model into the structural schema that the API server demands.

Structural means: no references, no alternatives, every field typed where it stands. An
optional field of a model is a field that may be absent; it is never null on the wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allot_api.fields import MAX_INT32, Shape
from allot_api.rules.validation import without_nulls

Schema = dict[str, Any]

REFERENCE_PREFIX = "#/$defs/"
DROPPED_KEYS = {"title", "$defs"}
NULL = {"type": "null"}
# What a reader asks first stands first; keys that are not named here follow in the model's order.
KEY_ORDER = ("description", "type", "format", "default", "enum")


def build_schema(model: type[Shape]) -> Schema:
    """Return the model's schema, free of references, titles and nulls."""
    document = model.model_json_schema(by_alias=True)
    return _structural(document, document.get("$defs", {}))


def _structural(node: Mapping[str, Any], definitions: Mapping[str, Any]) -> Schema:
    node = _dereferenced(node, definitions)
    schema: Schema = {
        key: value
        for key, value in node.items()
        if key not in DROPPED_KEYS and not (key == "default" and value is None)
    }
    if "default" in schema:
        schema["default"] = without_nulls(schema["default"])
    if "properties" in schema:
        schema["properties"] = {
            name: _structural(child, definitions) for name, child in schema["properties"].items()
        }
    if "items" in schema:
        schema["items"] = _structural(schema["items"], definitions)
    if "additionalProperties" in schema:
        schema["additionalProperties"] = _structural(schema["additionalProperties"], definitions)
    if schema.get("type") == "integer":
        schema["format"] = "int32" if schema["maximum"] <= MAX_INT32 else "int64"
    if schema.get("format") == "date-time":
        schema["maxLength"] = len("2006-01-02T15:04:05.999999999+07:00")
    first = {key: schema[key] for key in KEY_ORDER if key in schema}
    return {**first, **schema}


def _dereferenced(node: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """Return the node with its reference and its one alternative to null merged into it.

    What stands beside a reference (a field's own description) wins over what is in it.
    """
    merged = dict(node)
    while "$ref" in merged or "anyOf" in merged:
        if "anyOf" in merged:
            (inner,) = [option for option in merged.pop("anyOf") if option != NULL]
        else:
            inner = definitions[merged.pop("$ref").removeprefix(REFERENCE_PREFIX)]
        merged = {**inner, **merged}
    return merged
