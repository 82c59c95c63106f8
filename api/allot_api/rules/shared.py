"""Rules that several kinds have: what an id may hold, thread counts, adaptive bounds."""

from __future__ import annotations

import re
from collections.abc import Callable

from allot_api.fields import MAX_THREADS
from allot_api.model_deployment import AdaptiveAllocations
from allot_api.rules.rule import Candidate, Rule, Scope, SpecT, Term, ViolationReason, quote

# Elasticsearch's ids, and nothing that means something in a URL's path (`_all`, `..`, `/`).
ID_PATTERN = r"^[.]?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$"
ID_RULE = (
    "an id holds letters, digits, dots, underscores and hyphens, starts with a letter or a digit, "
    "before which one dot may stand, and ends with a letter or a digit"
)
THREAD_COUNTS = tuple(2**power for power in range(MAX_THREADS.bit_length()))
COUNTS_IN_WORDS = f"{', '.join(str(n) for n in THREAD_COUNTS[:-1])} or {THREAD_COUNTS[-1]}"


def is_id(text: str) -> bool:
    """Return whether the text may be an id."""
    return re.fullmatch(ID_PATTERN, text) is not None


def id_rule(
    path: str, read: Callable[[Candidate[SpecT]], str | None], *, instead: str
) -> Rule[SpecT]:
    """Return the rule about the characters of the id at `path`; `instead` is a good one."""
    field = path.rpartition(".")[2]
    return Rule(
        name=f"{field}_characters",
        path=path,
        cel=f"!has(self.{path}) || self.{path}.matches({quote(ID_PATTERN)})",
        holds=lambda candidate: (value := read(candidate)) is None or is_id(value),
        message=f"{field} is '{{id}}': {ID_RULE}: write one like {instead}",
        terms={"id": Term(f"self.{path}", read)},
    )


def immutable_id_rule(field: str, effective: Callable[[Candidate[SpecT]], str]) -> Rule[SpecT]:
    """Return the rule that an id, or the name that stands for it, never changes."""

    def cel_of(root: str) -> str:
        return f"(has({root}.spec.{field}) ? {root}.spec.{field} : {root}.metadata.name)"

    def old_id(candidate: Candidate[SpecT]) -> str:
        return effective(candidate.old) if candidate.old else effective(candidate)

    return Rule(
        name=f"{field}_immutable",
        path=field,
        cel=f"{cel_of('self')} == {cel_of('oldSelf')}",
        holds=lambda candidate: effective(candidate) == old_id(candidate),
        message=f"{field} was '{{old}}' and cannot become '{{new}}': an id cannot be changed: "
        f"write {field}: {{old}}, or make a new object under another name",
        terms={
            "old": Term(cel_of("oldSelf"), old_id),
            "new": Term(cel_of("self"), effective),
        },
        reason=ViolationReason.FORBIDDEN,
        scope=Scope.OBJECT,
        is_transition=True,
    )


def thread_rule(path: str, read: Callable[[Candidate[SpecT]], int | None]) -> Rule[SpecT]:
    """Return the rule that a number of threads is a power of two up to 32."""
    return Rule(
        name="num_threads_power_of_two",
        path=path,
        cel=f"!has(self.{path}) || self.{path} in {list(THREAD_COUNTS)}",
        holds=lambda candidate: (value := read(candidate)) is None or value in THREAD_COUNTS,
        message=f"num_threads is {{threads}}: it must be a power of two up to {MAX_THREADS}: "
        f"write {COUNTS_IN_WORDS}",
        terms={"threads": Term(f"self.{path}", read)},
    )


def bounds_rule(
    path: str, read: Callable[[Candidate[SpecT]], AdaptiveAllocations | None]
) -> Rule[SpecT]:
    """Return the rule that the adaptive minimum is not above the maximum."""
    least, most = f"{path}.min_number_of_allocations", f"{path}.max_number_of_allocations"

    def least_of(candidate: Candidate[SpecT]) -> int | None:
        adaptive = read(candidate)
        return adaptive.min_number_of_allocations if adaptive else None

    def most_of(candidate: Candidate[SpecT]) -> int | None:
        adaptive = read(candidate)
        return adaptive.max_number_of_allocations if adaptive else None

    def is_ordered(candidate: Candidate[SpecT]) -> bool:
        low, high = least_of(candidate), most_of(candidate)
        return low is None or high is None or low <= high

    return Rule(
        name="adaptive_minimum_above_maximum",
        path=least,
        cel=f"!has(self.{path}) || !has(self.{least}) || !has(self.{most}) "
        f"|| self.{least} <= self.{most}",
        holds=is_ordered,
        message="min_number_of_allocations is {least} and max_number_of_allocations is {most}: the "
        "minimum must not be above the maximum: write min_number_of_allocations: {most} or less, "
        "or raise the maximum",
        terms={
            "least": Term(f"self.{least}", least_of),
            "most": Term(f"self.{most}", most_of),
        },
    )


def both_allocations_rule(
    path_prefix: str,
    count: Callable[[Candidate[SpecT]], int | None],
    adaptive: Callable[[Candidate[SpecT]], AdaptiveAllocations | None],
    *,
    unless: tuple[str, Callable[[Candidate[SpecT]], bool]],
) -> Rule[SpecT]:
    """Return the rule against num_allocations beside enabled adaptive_allocations.

    `unless` is the case, in CEL and in Python, in which both are admitted.
    """
    number, bounds = f"{path_prefix}num_allocations", f"{path_prefix}adaptive_allocations"
    admitted_cel, is_admitted = unless

    def is_enabled(candidate: Candidate[SpecT]) -> bool:
        found = adaptive(candidate)
        return found is not None and found.enabled

    return Rule(
        name="num_allocations_beside_adaptive",
        path=number,
        cel=f"{admitted_cel} || !has(self.{number}) || !has(self.{bounds}) "
        f"|| !self.{bounds}.enabled",
        holds=lambda candidate: (
            is_admitted(candidate) or count(candidate) is None or not is_enabled(candidate)
        ),
        message="num_allocations is {number} beside enabled adaptive_allocations, which set the "
        "number by the load: leave num_allocations out, or write adaptive_allocations.enabled: "
        "false",
        terms={"number": Term(f"self.{number}", count)},
    )
