"""What of a stored object cannot be changed, and what to do instead.

Elasticsearch's _update takes num_allocations, adaptive_allocations and task_settings. Here
num_threads may change too, since pods are replaced one after the other, and so may
chunking_settings, which hold for what is cut from then on. The rest makes another endpoint:
vectors of two models cannot be compared, and clients rely on the task.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allot_api.rules.rule import Candidate, Rule, SpecT, Term, ViolationReason

# What messages say of a field that is absent.
ABSENT = "left out"
ROOTS = ("self", "oldSelf")
NEVER: tuple[str, Callable[[Candidate[Any]], bool]] = ("", lambda _: False)


def immutable_rule(
    path: str,
    cel_of: Callable[[str], str],
    read: Callable[[Candidate[SpecT]], str],
    *,
    because: str,
    instead: str,
    unless: tuple[str, Callable[[Candidate[SpecT]], bool]] = NEVER,
) -> Rule[SpecT]:
    """Return the rule that the text which `cel_of` and `read` give never changes.

    `because` is the rule in words, `instead` what to do where the change is wanted. `unless`
    is the case, of `self` or `oldSelf`, in CEL with `{root}` and in Python, which it is not for.
    """
    field = path.rpartition(".")[2]

    def old_of(candidate: Candidate[SpecT]) -> str:
        return read(candidate.old or candidate)

    exempt_cel, is_exempt = unless
    exempt = "".join(f"{exempt_cel.format(root=root)} || " for root in ROOTS if exempt_cel)
    return Rule(
        name=f"{field}_immutable",
        path=path,
        cel=f"{exempt}{cel_of('self')} == {cel_of('oldSelf')}",
        holds=lambda candidate: (
            is_exempt(candidate)
            or is_exempt(candidate.old or candidate)
            or read(candidate) == old_of(candidate)
        ),
        message=f"{field} was {{old}} and cannot become {{new}}: {because}: write {field} as it "
        f"was, or {instead}",
        terms={"old": Term(cel_of("oldSelf"), old_of), "new": Term(cel_of("self"), read)},
        reason=ViolationReason.FORBIDDEN,
        is_transition=True,
    )
