"""What happened beside what the simulator says."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from allot_runtime.batching import choose_budget
from bench.live.traffic import Sent
from bench.scaling.engine import Setup, Simulation
from bench.scaling.load import Load
from bench.scaling.outcome import find_quantile
from bench.scaling.running import simulate
from bench.scaling.service import Cost, Service, Starts

# What a paced pod's passes vary by.
LIVE_NOISE = 0.01


@dataclass(frozen=True, slots=True)
class Story:
    """A run in figures: seconds to the answer, inputs, allocation-seconds and changes of target."""

    p50_latency_s: float
    p99_latency_s: float
    late: int
    refused: int
    failed: int
    allocation_seconds: float
    highest_target: int
    moves: tuple[tuple[float, int], ...]


def build_setup(cost: Cost, maximum: int, start_seconds: float, seed: int) -> Setup:
    """Return the simulator's view of the real deployment."""
    service = Service(cost=cost, budget=choose_budget(1))
    return Setup(service, Starts(median_seconds=start_seconds, spread=0.1), maximum, seed)


def predict(setup: Setup, load: Load) -> tuple[Simulation, Story]:
    """Return what the simulator says of a load under the default policy."""
    simulation = simulate(setup, load, "work")
    waits = np.frombuffer(simulation.waits, dtype=np.float64)
    # A lone input's own pass is what an answer takes at least.
    own = setup.service.cost.seconds(round(load.mean_tokens))
    return simulation, Story(
        p50_latency_s=find_quantile(waits, 0.5) + own,
        p99_latency_s=find_quantile(waits, 0.99) + own,
        late=simulation.late,
        refused=simulation.refused,
        failed=0,
        allocation_seconds=simulation.fleet.count_seconds(load.seconds),
        highest_target=max(target for _, target in simulation.targets),
        moves=tuple(simulation.targets),
    )


def tell(sent: Sent) -> Story:
    """Return what happened."""
    latencies = np.array(sent.latencies, dtype=np.float64)
    return Story(
        p50_latency_s=find_quantile(latencies, 0.5),
        p99_latency_s=find_quantile(latencies, 0.99),
        late=sent.late,
        refused=sent.refused,
        failed=len(sent.failed),
        allocation_seconds=count_allocation_seconds(sent),
        highest_target=max(look.target for look in sent.looks),
        moves=find_moves([(look.second, look.target) for look in sent.looks]),
    )


def count_allocation_seconds(sent: Sent) -> float:
    """Return the seconds of all pods that were asked for, those on their way included."""
    ends = [*(look.second for look in sent.looks[1:]), sent.looks[-1].second]
    return math.fsum(
        max(look.target, look.serving) * (end - look.second)
        for look, end in zip(sent.looks, ends, strict=True)
    )


def find_moves(targets: Sequence[tuple[float, int]]) -> tuple[tuple[float, int], ...]:
    """Return the first target and each change of it, with its second."""
    moves: list[tuple[float, int]] = []
    for second, target in targets:
        if not moves or moves[-1][1] != target:
            moves.append((round(second, 1), target))
    return tuple(moves)


def measure_start(sent: Sent) -> float | None:
    """Return the median seconds from a rise of the target until as many pods served."""
    took = []
    for before, look in zip(sent.looks, sent.looks[1:], strict=False):
        if look.target > before.target:
            reached = (
                later.second
                for later in sent.looks
                if later.second >= look.second and later.serving >= look.target
            )
            took.append(next(reached, math.inf) - look.second)
    known = [seconds for seconds in took if seconds < math.inf]
    return statistics.median(known) if known else None
