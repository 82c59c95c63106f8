"""One row of the table of rules, and how a table is written in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

HEADER = "| field | rule | checked by | message |\n|---|---|---|---|"


class Place(StrEnum):
    """Where a rule is checked."""

    SCHEMA = "schema"
    CEL = "CEL rule"
    ACCEPTED = "`Accepted`"


@dataclass(frozen=True, slots=True)
class Row:
    """A rule: the field within the spec, "" for all of it; what it asks; what is said."""

    field: str
    rule: str
    place: Place
    messages: tuple[str, ...]


def render_table(rows: Iterable[Row]) -> str:
    """Return the rows as a table of Markdown."""
    return "\n".join((HEADER, *(_render(row) for row in rows)))


def code(text: str) -> str:
    """Return the text as a span of code, also where it holds backticks."""
    runs = re.findall("`+", text)
    fence = "`" * (max(map(len, runs), default=0) + 1)
    padding = " " if runs else ""
    return f"{fence}{padding}{text}{padding}{fence}"


def _render(row: Row) -> str:
    field = code(f"spec.{row.field}" if row.field else "spec")
    said = "<br>".join(code(message) for message in row.messages)
    cells = (field, row.rule, row.place, said)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
