"""The engines that take part in a comparison, and what they have shown so far."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bench.errors import BrokenRun
from bench.progress import say
from bench.report import Report
from bench.rounds import Round

EngineT = TypeVar("EngineT")


@dataclass(slots=True)
class Bout(Generic[EngineT]):
    """An engine is whatever runs it: a server, or a process that answers questions."""

    engines: dict[str, EngineT] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    checks: dict[str, float] = field(default_factory=dict)
    rounds: list[Round] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)

    def leave_out(self, name: str, why: object) -> None:
        """Go on without an engine."""
        say(f"{name} is not measured: {why}")
        self.engines.pop(name, None)
        self.left_out[name] = str(why)

    def require(self, name: str) -> None:
        """Raise BrokenRun for an engine that nothing can be compared without."""
        if name in self.left_out:
            raise BrokenRun(f"{name} has no figures: {self.left_out[name]}")

    def report(
        self,
        benchmark: str,
        given: Namespace,
        settings: Sequence[str],
        environment: dict[str, object],
    ) -> Report:
        """Return the report, with these of the options; one that was left out keeps its figures."""
        return Report(
            benchmark=benchmark,
            ours=given.ours,
            settings={name: getattr(given, name) for name in settings},
            environment=environment,
            rounds=self.rounds,
            left_out=self.left_out,
            checks=self.checks,
            busy_before_rounds=self.busy,
        )
