"""Keys as a list: for people, or line by line for scripts. Pure; a hash is never shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, assert_never

from allot_api.api_keys import ApiKey, UnusableKey, is_api_key, parse_api_key

GAP = "  "
HEADINGS = ("ID", "USER", "GROUPS", "RATE", "BURST", "EXPIRES", "KIND", "SECRET", "STATE")
NOTHING = "-"


class Output(StrEnum):
    """The form of the list."""

    TABLE = "table"
    TSV = "tsv"


@dataclass(frozen=True, slots=True)
class Row:
    """One Secret: the key that it holds, or why it holds none."""

    secret: str
    key: ApiKey | None
    problem: str = ""


def read_rows(secrets: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Return what the Secrets hold that are API keys, by id."""
    rows = [_read_row(secret) for secret in secrets if is_api_key(secret)]
    return sorted(rows, key=lambda row: (row.key.id if row.key else "", row.secret))


def render(rows: Sequence[Row], output: Output, now: datetime) -> str:
    """Return the list, which ends without a line break."""
    cells = [_cells(row, now) for row in rows]
    match output:
        case Output.TABLE:
            return _align([HEADINGS, *cells])
        case Output.TSV:
            names = tuple(heading.lower() for heading in HEADINGS)
            return "\n".join("\t".join(line) for line in (names, *cells))
        case _ as unreachable:
            assert_never(unreachable)


def _read_row(secret: Mapping[str, Any]) -> Row:
    name = str(secret["metadata"]["name"])
    try:
        return Row(name, parse_api_key(secret))
    except UnusableKey as error:
        return Row(name, None, str(error))


def _cells(row: Row, now: datetime) -> tuple[str, ...]:
    key = row.key
    if key is None:
        return (*[NOTHING] * (len(HEADINGS) - 2), row.secret, f"unusable: {row.problem}")
    limit, ends = key.limit, key.expires_at
    return (
        key.id,
        key.user,
        ",".join(key.groups) or NOTHING,
        f"{limit.requests_per_second:g}/s" if limit else NOTHING,
        f"{limit.burst:g}" if limit else NOTHING,
        ends.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ") if ends else NOTHING,
        "password" if key.hash.is_slow else "key",
        row.secret,
        "expired" if ends is not None and ends <= now else "valid",
    )


def _align(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(
        GAP.join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
