"""The table of calls/conformance.yaml, and the page that it makes: docs/conformance.md.

`python -m tests.cases.conformance` writes the page.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "conformance.md"
RUNNER = "tests/unit/allot_gateway/test_conformance.py"
HEAD = f"""\
# Elasticsearch's calls, as the gateway answers them

Made from `tests/cases/calls/conformance.yaml` by `python -m tests.cases.conformance`; do not edit.
Every row is a test: `{RUNNER}` makes the call and compares
status, type and body. What the fields of a body must be is in [rules.md](rules.md).

Every answer has the header `X-Elastic-Product` and the media type that the client asked for. A
refusal is `{{"error": {{"root_cause": [{{type, reason}}], "type", "reason"}}, "status"}}`.
"""


@dataclass(frozen=True)
class Step:
    """One call and what it answers; `text` is a body that is no JSON of ours."""

    call: str
    body: Any = None
    text: str | None = None
    send: dict[str, str] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True)
class Case:
    """One row."""

    group: str
    title: str
    step: Step
    given: tuple[Step, ...]
    applied: tuple[str, ...]
    deployments: tuple[str, ...]
    operator: str
    type: str | None
    reason: str
    has: Any
    headers: dict[str, str]
    left: int | None

    def __str__(self) -> str:
        return f"{self.group}: {self.title}"


def read_document() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((HERE / "calls" / "conformance.yaml").read_text())
    return document


def read_cases(document: dict[str, Any]) -> list[Case]:
    return [
        _read_case(group["title"], case) for group in document["groups"] for case in group["cases"]
    ]


def _read_case(group: str, case: dict[str, Any]) -> Case:
    steps = ("call", "body", "text", "send", "status")
    return Case(
        group=group,
        title=case["title"],
        step=Step(**{key: case[key] for key in steps if key in case}),
        given=tuple(Step(**step) for step in case.get("given", ())),
        applied=tuple(case.get("applied", ())),
        deployments=tuple(case.get("deployments", ())),
        operator=case.get("operator", "serves"),
        type=case.get("type"),
        reason=case.get("reason", ""),
        has=case.get("has"),
        headers=case.get("headers", {}),
        left=case.get("left"),
    )


def render_page(document: dict[str, Any]) -> str:
    parts = [HEAD]
    cases = read_cases(document)
    for group in document["groups"]:
        rows = [_render_row(case) for case in cases if case.group == group["title"]]
        parts.append(f"## {group['title']}\n\n| case | call | answer |\n|---|---|---|")
        parts.append("\n".join(rows) + "\n")
    parts.append(
        "## Where Allot differs on purpose\n\n"
        "What differs in the rules of a body is listed in [rules.md](rules.md).\n\n"
        "| what | Elasticsearch | Allot | why | test |\n|---|---|---|---|---|"
    )
    parts.append("\n".join(_render_deviation(one) for one in document["deviations"]) + "\n")
    return "\n".join(parts)


def _render_row(case: Case) -> str:
    answer = f"{case.step.status}" + (f" `{case.type}`" if case.type else "")
    left = {None: "", 0: ", nothing is left", 1: ", the endpoint stays", 2: ", both stay"}
    return f"| {case.title} | `{case.step.call}` | {answer}{left[case.left]} |"


def _render_deviation(one: dict[str, str]) -> str:
    path, name = one["test"].split("::")
    words = (one[key].replace("|", "\\|") for key in ("about", "elasticsearch", "allot", "why"))
    return f"| {' | '.join(words)} | [`{name}`](../{path}) |"


def main() -> None:
    PAGE.write_text(render_page(read_document()), encoding="utf-8")


if __name__ == "__main__":
    main()
