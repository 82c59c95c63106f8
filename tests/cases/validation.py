"""The cases of validation.yaml, for the rules alone and for a real API server."""

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
    """Return every case of the file, in its order."""
    document = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
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
        for kind, cases in document.items()
        for case in cases
    ]


CASES = read_cases()
