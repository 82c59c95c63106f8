"""What the schema of a kind asks of each field, as rows of the table of rules.

The rows are read from the schema that is installed, and speak in the API server's words.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from allot_api.crd.schema import Schema
from allot_api.documentation.row import Place, Row, code
from allot_api.rules.schema_words import SENTENCES

ANY = "…"
# A field without a type is one that Kubernetes calls int-or-string.
INT_OR_STRING = "integer or string"
# By the schema's key, how the children are named that have no names of their own.
NAMELESS: Mapping[str, str] = {"items": "[]", "additionalProperties": "{}"}

Describe = Callable[[Any], str]


def _plain(words: str) -> Describe:
    return lambda bound: words.format(bound)


def _patterned(pattern: str) -> str:
    return f"of the pattern {code(pattern)}"


def _listed(options: list[str]) -> str:
    return f"one of {', '.join(options)}"


def _quoted(options: list[str]) -> str:
    return ", ".join(json.dumps(option) for option in options)


# By the schema's key: what it asks in words, the sentence by pydantic's word for it, and the
# sentence's placeholder for the bound.
BOUNDS: Mapping[str, tuple[Describe, str, str]] = {
    "enum": (_listed, "enum", "supported"),
    "minimum": (_plain("at least {}"), "greater_than_equal", "ge"),
    "maximum": (_plain("at most {}"), "less_than_equal", "le"),
    "minLength": (_plain("not shorter than {}"), "string_too_short", "min_length"),
    "maxLength": (_plain("not longer than {}"), "string_too_long", "max_length"),
    "pattern": (_patterned, "string_pattern_mismatch", "pattern"),
    "minItems": (_plain("at least {} of them"), "too_short", "min_length"),
    "maxItems": (_plain("at most {} of them"), "too_long", "max_length"),
    "maxProperties": (_plain("at most {} of them"), "too_long", "max_length"),
}
PLACEHOLDERS = {"value": ANY, "actual_length": ANY, "duplicate": ANY, "given": ANY}


def build_schema_rows(spec: Schema) -> Iterator[Row]:
    """Yield one row for each field of a spec, in the schema's order.

    A list's items are named with [], and the values of a map with {}.
    """
    yield from _rows_below("", spec)


def _rows_below(path: str, node: Schema) -> Iterator[Row]:
    required = node.get("required", ())
    for name, child in node.get("properties", {}).items():
        below = f"{path}.{name}" if path else name
        yield _build_row(below, child, is_required=name in required)
        yield from _rows_below(below, child)
    for key, mark in NAMELESS.items():
        if key in node:
            below = f"{path}{mark}"
            yield _build_row(below, node[key], is_required=False)
            yield from _rows_below(below, node[key])


def _build_row(path: str, node: Schema, *, is_required: bool) -> Row:
    asked, said = [str(node.get("type", INT_OR_STRING))], []
    if is_required:
        asked.insert(0, "required")
        said.append(SENTENCES["missing"])
    for key, (describe, kind, placeholder) in BOUNDS.items():
        if key not in node:
            continue
        bound = node[key]
        asked.append(describe(bound))
        shown = _quoted(bound) if key == "enum" else bound
        words = {**PLACEHOLDERS, "field": f"spec.{path}", placeholder: shown}
        said.append(SENTENCES[kind].format(**words))
    if node.get("x-kubernetes-list-type") in ("set", "map"):
        asked.append("no two alike")
        said.append(SENTENCES["duplicate"].format(**PLACEHOLDERS))
    if "default" in node:
        asked.append(f"by default {json.dumps(node['default'])}")
    return Row(path, "; ".join(asked), Place.SCHEMA, tuple(said))
