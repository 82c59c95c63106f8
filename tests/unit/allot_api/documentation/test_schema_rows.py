from __future__ import annotations

from allot_api.documentation.row import Place, Row
from allot_api.documentation.schema_rows import BOUNDS, build_schema_rows

SCHEMA = {
    "type": "object",
    "required": ["count"],
    "properties": {
        "count": {"type": "integer", "minimum": 1, "maximum": 9, "default": 2},
        "names": {
            "type": "array",
            "maxItems": 3,
            "x-kubernetes-list-type": "set",
            "items": {"type": "string", "enum": ["a", "b"]},
        },
    },
}
BODY = "Invalid value: …: spec.count in body should be"


def test_every_field_has_a_row_in_the_api_servers_words() -> None:
    assert list(build_schema_rows(SCHEMA)) == [
        Row(
            "count",
            "required; integer; at least 1; at most 9; by default 2",
            Place.SCHEMA,
            (
                "Required value",
                f"{BODY} greater than or equal to 1",
                f"{BODY} less than or equal to 9",
            ),
        ),
        Row(
            "names",
            "array; at most 3 of them; no two alike",
            Place.SCHEMA,
            ("Too many: …: must have at most 3 items", "Duplicate value: …"),
        ),
        Row(
            "names[]",
            "string; one of a, b",
            Place.SCHEMA,
            ('Unsupported value: …: supported values: "a", "b"',),
        ),
    ]


def test_maps_and_what_has_no_type_have_rows_too() -> None:
    either = {"x-kubernetes-int-or-string": True, "maxLength": 3}
    schema = {"type": "object", "maxProperties": 2, "additionalProperties": either}

    rows = list(build_schema_rows({"type": "object", "properties": {"limits": schema}}))

    assert [(row.field, row.rule) for row in rows] == [
        ("limits", "object; at most 2 of them"),
        ("limits{}", "integer or string; not longer than 3"),
    ]


def test_every_bound_has_words() -> None:
    assert set(BOUNDS) == {
        "enum",
        "minimum",
        "maximum",
        "minLength",
        "maxLength",
        "pattern",
        "minItems",
        "maxItems",
        "maxProperties",
    }
