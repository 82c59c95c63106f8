"""The rules of a pod block's resources: one number for threads, and no request above its limit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from allot_api.pod_settings import PodSettings
from allot_api.quantities import parse_quantity
from allot_api.rules.pod_reader import PodReader
from allot_api.rules.rule import Candidate, Rule, SpecT, Term

CPU = "cpu"


def cpu_rules(reader: PodReader[SpecT]) -> tuple[Rule[SpecT], ...]:
    """Return the rules that cpu, where it is given, does not contradict num_threads."""

    def rule(
        field: str, operator: str, obeys: Callable[[Decimal, int], bool], says: str
    ) -> Rule[SpecT]:
        where = f"self.pod.resources.{field}"
        amount = f"string({where}['{CPU}'])"

        def read(candidate: Candidate[SpecT]) -> str | None:
            resources = reader.block(candidate).resources
            return (getattr(resources, field) or {}).get(CPU) if resources else None

        def holds(candidate: Candidate[SpecT]) -> bool:
            given = read(candidate)
            asked = None if given is None else parse_quantity(given)
            return asked is None or obeys(asked, reader.threads(candidate))

        return Rule(
            name=f"pod_cpu_{field}",
            path=f"pod.resources.{field}",
            cel=f"!has(self.pod) || !has(self.pod.resources) || !has({where}) "
            f"|| !('{CPU}' in {where}) || quantity({amount}).asApproximateFloat() {operator} "
            f"double({reader.threads_cel})",
            holds=holds,
            message=f"cpu of {field} is {{cpu}} and num_threads is {{threads}}: {says}",
            terms={
                "cpu": Term(amount, read),
                "threads": Term(reader.threads_cel, reader.threads),
            },
        )

    return (
        rule(
            "requests",
            "==",
            lambda asked, threads: asked == threads,
            "num_threads is a pod's CPU request: leave cpu out, or write num_threads for the CPUs "
            "that a pod is to have",
        ),
        rule(
            "limits",
            ">=",
            lambda asked, threads: asked >= threads,
            "a limit below the threads would stop them in every period: leave cpu out, write cpu: "
            "{threads} or more, or fewer num_threads",
        ),
    )


def request_rule(reader: PodReader[SpecT]) -> Rule[SpecT]:
    """Return the rule that nothing is asked for beyond its limit."""
    requests, limits = "self.pod.resources.requests", "self.pod.resources.limits"
    above = (
        f"{requests}.filter(name, name in {limits} && quantity(string({requests}[name]))"
        f".compareTo(quantity(string({limits}[name]))) > 0)"
    )

    def first(candidate: Candidate[SpecT]) -> str | None:
        return next(iter(_above_limit(reader.block(candidate))), None)

    return Rule(
        name="pod_request_above_limit",
        path="pod.resources.requests",
        cel=f"!has(self.pod) || !has(self.pod.resources) || !has({requests}) || !has({limits}) "
        f"|| {above}.size() == 0",
        holds=lambda candidate: first(candidate) is None,
        message="requests hold more {it} than limits: a pod cannot ask for more than it may use: "
        "write a larger limit or a smaller request",
        terms={"it": Term(f"{above}[0]", first)},
    )


def _above_limit(pod: PodSettings) -> Iterable[str]:
    resources = pod.resources
    requests = (resources.requests if resources else None) or {}
    limits = (resources.limits if resources else None) or {}
    for name, amount in requests.items():
        asked, bound = parse_quantity(amount), parse_quantity(limits.get(name, ""))
        if asked is not None and bound is not None and asked > bound:
            yield name
