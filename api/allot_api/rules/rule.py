"""What a rule is: one condition and one sentence, each in CEL and in Python."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from allot_api.fields import Shape

SpecT = TypeVar("SpecT", bound=Shape)

PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Scope(StrEnum):
    """What `self` is in a rule's CEL.

    A rule of the spec is not asked again when only status changes; so a rule belongs to
    the object only where it needs metadata.name.
    """

    SPEC = "spec"
    OBJECT = "object"


class ViolationReason(StrEnum):
    """The API server's classes of violations."""

    INVALID = "FieldValueInvalid"
    FORBIDDEN = "FieldValueForbidden"
    REQUIRED = "FieldValueRequired"


@dataclass(frozen=True, slots=True)
class Candidate(Generic[SpecT]):
    """An object that wants to be stored, and the stored one that it would replace."""

    name: str
    spec: SpecT
    old: Candidate[SpecT] | None = None


@dataclass(frozen=True, slots=True)
class Term(Generic[SpecT]):
    """A value in a message: the CEL expression and the Python function that give its text."""

    cel: str
    read: Callable[[Candidate[SpecT]], object]


@dataclass(frozen=True, slots=True)
class Rule(Generic[SpecT]):
    """A rule of one kind.

    `path` is the field within the spec that the violation points to. `cel` and `holds`
    say the same: whether the candidate obeys. A rule with `is_transition` is asked only
    where an object is replaced. `message` is a template whose placeholders are `terms`.
    """

    name: str
    path: str
    cel: str
    holds: Callable[[Candidate[SpecT]], bool]
    message: str
    terms: Mapping[str, Term[SpecT]] = field(default_factory=dict)
    reason: ViolationReason = ViolationReason.INVALID
    scope: Scope = Scope.SPEC
    is_transition: bool = False

    def is_obeyed(self, candidate: Candidate[SpecT]) -> bool:
        """Return whether the candidate obeys the rule."""
        if self.is_transition and candidate.old is None:
            return True
        return self.holds(candidate)

    def render(self, candidate: Candidate[SpecT]) -> str:
        """Return the message with the candidate's values in it."""
        return self.message.format(
            **{name: term.read(candidate) for name, term in self.terms.items()}
        )

    def as_validation(self) -> dict[str, Any]:
        """Return the rule as an entry of x-kubernetes-validations."""
        prefix = ".spec" if self.scope is Scope.OBJECT else ""
        words = (
            {"messageExpression": self._message_cel()} if self.terms else {"message": self.message}
        )
        return {
            "rule": self.cel,
            **words,
            "fieldPath": f"{prefix}.{self.path}",
            "reason": self.reason.value,
        }

    def _message_cel(self) -> str:
        """Return the CEL expression that puts the terms into the message.

        `format` and not `+`: the API server prices a joined text of unknown length as
        endless, and refuses the schema.
        """
        parts = PLACEHOLDER.split(self.message)
        template = "%s".join(text.replace("%", "%%") for text in parts[0::2])
        values = ", ".join(self.terms[name].cel for name in parts[1::2])
        return f"{quote(template)}.format([{values}])"


def quote(text: str) -> str:
    """Return the text as a CEL string literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
