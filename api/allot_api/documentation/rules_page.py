"""docs/rules.md: every rule about what users write, with its message."""

from __future__ import annotations

from collections.abc import Iterator

from allot_api.crd.kinds import KINDS, Kind
from allot_api.crd.schema import build_schema
from allot_api.documentation.accepted_rows import build_accepted_rows
from allot_api.documentation.deviations import DEVIATIONS
from allot_api.documentation.row import Place, Row, render_table
from allot_api.documentation.schema_rows import build_schema_rows
from allot_api.rules.rule import PLACEHOLDER

INTRODUCTION = """\
# Every rule about what users write

<!-- Written by `make generate` from api/allot_api; never edit it here. -->

A rule is checked in one of three places. The **schema** and the **CEL rules** are part of the CRDs:
what breaks them is refused at `kubectl apply`, and nothing is stored. What only the cluster knows
is told by the condition **`Accepted`** of a stored object; nothing is made for it until the
condition is True. Python programs apply schema and CEL rules by `allot_api.rules`, in the same
words.

A CEL rule is listed by the problem that it is named after, a reason of `Accepted` with the case
in which it appears. In messages, `<word>` and `…` are what was written. Beside them the schema says
of any field `unknown field "spec.…"` (a client that turns kubectl's strict validation off has the
field dropped instead) and `Invalid value: "…": spec.… in body must be of type …: "…"`.
"""
DEVIATIONS_HEADER = """\
## Where Allot differs from Elasticsearch on purpose

| about | Elasticsearch | Allot |
|---|---|---|"""


def build_rules_page() -> str:
    """Return the text of the page."""
    sections = [f"## {kind.kind}\n\n{render_table(build_rows(kind))}" for kind in KINDS]
    differences = [f"| {one.about} | {one.elasticsearch} | {one.allot} |" for one in DEVIATIONS]
    deviations = "\n".join((DEVIATIONS_HEADER, *differences))
    return "\n".join((INTRODUCTION, "\n\n".join((*sections, deviations)), ""))


def build_rows(kind: Kind) -> list[Row]:
    """Return every rule of a kind: by field, as the schema has them; schema, CEL, Accepted."""
    asked = list(build_schema_rows(build_schema(kind.spec)))
    fields = {row.field for row in asked}
    told: dict[str, list[Row]] = {}
    for row in (*_build_cel_rows(kind), *build_accepted_rows(kind.kind)):
        told.setdefault(_nearest(row.field, fields), []).append(row)
    whole = told.get("", [])
    return [*whole, *(row for one in asked for row in (one, *told.get(one.field, ())))]


def _nearest(field: str, fields: set[str]) -> str:
    """Return the field, or what it lies in where the schema names no such field; else ""."""
    while field and field not in fields:
        field = field.rpartition(".")[0]
    return field


def _build_cel_rows(kind: Kind) -> Iterator[Row]:
    for rule in kind.rules:
        message = PLACEHOLDER.sub(r"<\1>", rule.message)
        yield Row(rule.path, rule.name.replace("_", " "), Place.CEL, (message,))
