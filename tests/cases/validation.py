"""The cases of the files beside this one, for the rules alone and for a real API server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from allot_api.rules import Violation

Spec = dict[str, Any]

NAME = "my-object"


@dataclass(frozen=True)
class Case:
    """One spec of one kind; with `old`, one that replaces a stored spec."""

    title: str
    kind: str
    spec: Spec
    old: Spec | None
    violations: tuple[Violation, ...]

    def __str__(self) -> str:
        return f"{self.kind}: {self.title}"


def read_cases() -> list[Case]:
    """Return every case of every file, in their order."""
    documents = [
        yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in sorted(Path(__file__).parent.glob("*.yaml"))
    ]
    return [
        Case(
            title=case["title"],
            kind=kind,
            spec=case["spec"],
            old=case.get("old"),
            violations=tuple(
                Violation(field, message) for field, message in case.get("refused", {}).items()
            ),
        )
        for document in documents
        for kind, cases in document.items()
        for case in cases
    ]


CASES = read_cases()
