"""Outcomes of many seeds to means, and to the document. Pure."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench.rounds import spread_of
from bench.scaling.outcome import Outcome

FIGURES = (
    "p50_wait_s", "p99_wait_s", "late", "refused", "allocation_seconds", "starts", "actions",
    "follow_s", "backlog_s",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figures:
    """A policy's means on one trace, with the smallest and the largest of all seeds."""

    means: Mapping[str, float]
    spreads: Mapping[str, tuple[float, float]]

    @property
    def wait(self) -> float:
        """Return the mean of the slowest percent's wait, in seconds."""
        return self.means["p99_wait_s"]

    @property
    def cost(self) -> float:
        """Return the mean of allocation-seconds."""
        return self.means["allocation_seconds"]


@dataclass(slots=True)
class Results:
    """Every outcome by trace and policy, in the order in which they were asked for."""

    traces: dict[str, dict[str, list[Outcome]]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    def add(self, trace: str, policy: str, outcome: Outcome) -> None:
        """Record one run."""
        self.traces.setdefault(trace, {}).setdefault(policy, []).append(outcome)

    def summarize(self, trace: str) -> dict[str, Figures]:
        """Return each policy's figures on a trace."""
        return {policy: summarize(runs) for policy, runs in self.traces[trace].items()}


def summarize(outcomes: Sequence[Outcome]) -> Figures:
    """Return the figures of a policy's runs."""
    values: dict[str, list[float]] = {}
    for outcome in outcomes:
        for name, value in outcome.to_dict().items():
            if name in FIGURES and value is not None:
                values.setdefault(name, []).append(float(value))
    means = {name: _mean(each) for name, each in values.items()}
    spreads = {name: (spread_of(each).low, spread_of(each).high) for name, each in values.items()}
    return Figures(means, spreads)


def _mean(values: Sequence[float]) -> float:
    return math.inf if math.inf in values else statistics.fmean(values)


def to_document(results: Results) -> dict[str, object]:
    """Return the figures of all traces; those of a single one also directly as `policies`."""
    traces = {trace: {"policies": _describe(results.summarize(trace))} for trace in results.traces}
    document: dict[str, object] = {"traces": traces, "left_out": dict(results.left_out)}
    if len(traces) == 1:
        document |= next(iter(traces.values()))
    return document


def _describe(policies: Mapping[str, Figures]) -> dict[str, object]:
    return {
        policy: {
            **{name: _plain(value) for name, value in figures.means.items()},
            "spread": {
                name: {"low": _plain(low), "high": _plain(high)}
                for name, (low, high) in figures.spreads.items()
            },
        }
        for policy, figures in policies.items()
    }


def _plain(value: float) -> float | None:
    """Return a number that JSON has; None for one that never came to pass."""
    return round(value, 4) if math.isfinite(value) else None
