"""An explanation as text: for people, for scripts line by line, or as JSON. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, assert_never

from allot_api.scaling_decision import ScalingDecision
from allot_cli.explain.amounts import say_age, say_count
from allot_cli.explain.explaining import Explanation
from allot_cli.explain.known_inputs import show_inputs

HEADINGS = ("AT", "FROM", "TO", "REASON", "MESSAGE")
COLUMNS = ("at", "from", "to", "policy", "reason", "message", "inputs")
GAP = "  "


class Output(StrEnum):
    """The form of the text."""

    TABLE = "table"
    TSV = "tsv"
    JSON = "json"


def render(explanation: Explanation, output: Output, now: datetime) -> str:
    """Return the text, which ends without a line break."""
    match output:
        case Output.TABLE:
            return render_table(explanation, now)
        case Output.TSV:
            return render_tsv(explanation)
        case Output.JSON:
            return render_json(explanation)
        case _ as unreachable:
            assert_never(unreachable)


def render_table(explanation: Explanation, now: datetime) -> str:
    """Return the whole story for people."""
    sections = [(label, lines) for label, lines in _build_sections(explanation, now) if lines]
    width = max(len(label) for label, _ in sections)
    body = [
        f"{label if index == 0 else '':{width}}{GAP}{line}".rstrip()
        for label, lines in sections
        for index, line in enumerate(lines)
    ]
    return "\n".join((_say_title(explanation), "", *body))


def render_tsv(explanation: Explanation) -> str:
    """Return the decisions, one a line below the names of the columns; inputs are JSON."""
    rows = ("\t".join(_one_line(cell) for cell in _cells(one)) for one in explanation.decisions)
    return "\n".join(("\t".join(COLUMNS), *rows))


def render_json(explanation: Explanation) -> str:
    """Return everything as one JSON object."""
    plain: dict[str, Any] = {
        "kind": explanation.kind,
        "name": explanation.name,
        "namespace": explanation.namespace,
        "model_deployment": explanation.deployment,
        "model_id": explanation.model_id,
        "policy": explanation.policy,
        "bounds": explanation.bounds,
        "target": explanation.target,
        "ready": explanation.ready,
        "state": explanation.state,
        "limit": explanation.limit,
        "outlook": explanation.outlook,
        "notes": explanation.notes,
        "decisions": [one.model_dump(mode="json", by_alias=True) for one in explanation.decisions],
    }
    return json.dumps(plain, indent=2, ensure_ascii=False)


def _say_title(explanation: Explanation) -> str:
    title = f"{explanation.kind} {explanation.name} in namespace {explanation.namespace}"
    if explanation.model_id:
        title += f", model {explanation.model_id}"
    if explanation.deployment and explanation.deployment != explanation.name:
        title += f", served by ModelDeployment {explanation.deployment}"
    return title


def _build_sections(explanation: Explanation, now: datetime) -> Iterator[tuple[str, Sequence[str]]]:
    yield "Wants", _say_wants(explanation)
    yield "Ready", [explanation.state]
    yield "Limited", [explanation.limit] if explanation.limit else []
    yield "Why", _say_why(explanation.latest, now)
    yield "From", _say_inputs(explanation.latest)
    yield "Changes by", explanation.outlook
    yield "Decisions", _tabulate_decisions(explanation.decisions)
    yield "Note", explanation.notes


def _say_wants(explanation: Explanation) -> list[str]:
    if not explanation.deployment:
        return []
    if explanation.target is None:
        count = "not known yet"
    else:
        ready = explanation.ready or 0
        verb = "is" if ready == 1 else "are"
        count = f"{say_count(explanation.target, 'allocation')}, {ready} {verb} ready"
    return [f"{count}; {explanation.bounds}; {explanation.policy}"]


def _say_why(latest: ScalingDecision | None, now: datetime) -> list[str]:
    if latest is None:
        return []
    return [f"{latest.reason}, {say_age(latest.at, now)}: {latest.message}"]


def _say_inputs(latest: ScalingDecision | None) -> list[str]:
    shown = show_inputs(latest.inputs) if latest else ()
    return _align([(one.name, one.amount, one.sentence) for one in shown])


def _tabulate_decisions(decisions: Sequence[ScalingDecision]) -> list[str]:
    if not decisions:
        return []
    rows = [
        (_stamp(one.at), _or_dash(one.previous), str(one.target), one.reason, one.message)
        for one in decisions
    ]
    return _align([HEADINGS, *rows])


def _align(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Return the rows with each column but the last as wide as its longest cell."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        GAP.join(f"{_one_line(cell):{width}}" for cell, width in zip(row, widths, strict=True))
        .rstrip()
        for row in rows
    ]  # fmt: skip


def _cells(one: ScalingDecision) -> tuple[str, ...]:
    inputs = json.dumps(dict(one.inputs), separators=(",", ":"), ensure_ascii=False)
    return (
        one.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "" if one.previous is None else str(one.previous),
        str(one.target),
        one.policy,
        one.reason,
        one.message,
        inputs,
    )


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def _or_dash(number: int | None) -> str:
    return "-" if number is None else str(number)


def _one_line(text: str) -> str:
    """Return the text without what would end a cell or a line."""
    return " ".join(text.split())
