from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.scaling.engine import Setup, Simulation
from bench.scaling.load import Load
from bench.scaling.outcome import Outcome
from bench.scaling.service import Cost, Service, Starts

# A pass takes a tenth of a second and a hundredth for each token, always.
EVEN_COST = Cost(pass_seconds=0.1, token_seconds=0.01, noise=0.0)


def a_load(
    arrivals: Sequence[tuple[float, int]],
    seconds: float = 100.0,
    *,
    rate: float = 0.0,
    minimum: int = 1,
    changed_at: float | None = None,
) -> Load:
    return Load(
        name="some",
        seconds=seconds,
        times=np.array([moment for moment, _ in arrivals], dtype=float),
        tokens=np.array([tokens for _, tokens in arrivals], dtype=np.int64),
        intensity=np.full(int(seconds), rate),
        minimum=minimum,
        changed_at=changed_at,
    )


def a_setup(service: Service | None = None, *, start_seconds: float = 10.0, seed: int = 1) -> Setup:
    service = service or Service(cost=EVEN_COST)
    return Setup(service, Starts(start_seconds, spread=0.0), seed=seed)


@dataclass(slots=True)
class Script:
    """A policy that sets what was written down: the number from each second on."""

    targets: dict[float, int]
    period_seconds: float = 1.0

    def look(self, simulation: Simulation) -> int | None:
        past = [second for second in self.targets if second <= simulation.now]
        return self.targets[max(past)] if past else None


def run_script(
    setup: Setup, load: Load, targets: dict[float, int] | None = None, initial: int = 1
) -> Simulation:
    simulation = Simulation(setup, load, initial)
    simulation.run(Script(targets or {}))
    return simulation


def an_outcome(**given: object) -> Outcome:
    figures: dict[str, object] = {
        "p50_wait_s": 0.1,
        "p99_wait_s": 1.0,
        "late": 0,
        "refused": 0,
        "allocation_seconds": 1000.0,
        "starts": 0,
        "actions": 0,
        "arrived": 10,
        "done": 10,
        "waiting": 0,
        "follow_s": None,
        "backlog_s": 0.0,
        "settle_s": 0.0,
        "late_changes": 0,
    }
    return Outcome(**(figures | given))  # type: ignore[arg-type]
