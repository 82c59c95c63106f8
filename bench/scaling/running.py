"""Runs policies on loads: each trace, policy and seed once, some at a time, and kept if asked."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path

from bench.machine import ROOT
from bench.scaling.engine import Setup, Simulation
from bench.scaling.load import Load
from bench.scaling.outcome import Outcome, conclude
from bench.scaling.policies.catalog import BEST_CONSTANT, find_contender, is_operators
from bench.scaling.policies.lines import UTILIZATION, Constant
from bench.scaling.sources import Source

# What the best constant number must keep its slowest percent below.
GOOD_WAIT_SECONDS = 1.0
# The code that a run's figures depend on, and that of the operator's own policies.
SIMULATOR = ("bench/scaling", "runtime/allot_runtime/batching.py")
OPERATOR = ("operator/allot_operator/scaling", "operator/allot_operator/observing/pacing.py")
# Modules that only show what was found.
SHOWING = {"__main__", "bars", "curve", "plots", "publishing", "results", "tables"}


@dataclass(frozen=True, slots=True)
class Task:
    """One run."""

    source: Source
    policy: str
    setup: Setup


def run_task(task: Task) -> Outcome:
    """Return what a policy makes of a load."""
    load = _read_load(task.source, task.setup.seed)
    if task.policy == BEST_CONSTANT:
        return find_best_constant(task.setup, load)
    return conclude(simulate(task.setup, load, task.policy))


def simulate(setup: Setup, load: Load, policy: str) -> Simulation:
    """Return the simulation of a policy, after its run."""
    contender = find_contender(policy)
    own = replace(setup, service=contender.serve(setup.service))
    initial = max(contender.floor, choose_initial(setup, load))
    simulation = Simulation(own, load, initial)
    simulation.run(contender.build(own, load))
    return simulation


def choose_initial(setup: Setup, load: Load) -> int:
    """Return how many serve at the start: what the first second's rate needs, for all alike."""
    if load.initial is not None:
        return load.initial
    planned = UTILIZATION * setup.service.tokens_per_second
    return max(load.minimum, math.ceil(load.peak_between(0, 0) / planned))


def find_best_constant(setup: Setup, load: Load) -> Outcome:
    """Return the smallest constant number whose slowest percent waits less than a second."""

    def try_number(number: int) -> Outcome:
        simulation = Simulation(setup, load, number)
        simulation.run(Constant(number))
        return conclude(simulation)

    # Fewer than the mean load needs wait ever longer.
    low = max(1, math.ceil(load.tokens.sum() / load.seconds / setup.service.tokens_per_second))
    low, step = min(low, setup.maximum), 0
    good: dict[int, Outcome] = {}
    while not good:
        number = min(low + step, setup.maximum)
        outcome = try_number(number)
        if outcome.p99_wait_s < GOOD_WAIT_SECONDS or number == setup.maximum:
            good[number] = outcome
        else:
            low, step = number + 1, 2 * step + 1
    while low < min(good):
        middle = (low + min(good)) // 2
        outcome = try_number(middle)
        if outcome.p99_wait_s < GOOD_WAIT_SECONDS:
            good[middle] = outcome
        else:
            low = middle + 1
    return good[min(good)]


@lru_cache(maxsize=2)
def _read_load(source: Source, seed: int) -> Load:
    return source.draw(seed)


class Keeper:
    """Keeps outcomes as files, by all that they depend on: the settings and the code."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._simulator = hash_code(SIMULATOR) if folder else ""
        self._operator = hash_code(OPERATOR) if folder else ""

    def find(self, task: Task) -> Outcome | None:
        """Return an outcome that is kept."""
        file = self._name(task)
        return Outcome(**json.loads(file.read_text())) if file and file.exists() else None

    def keep(self, task: Task, outcome: Outcome) -> None:
        """Write an outcome."""
        if file := self._name(task):
            file.write_text(json.dumps(outcome.to_dict()))

    def _name(self, task: Task) -> Path | None:
        if self._folder is None:
            return None
        words = [self._simulator, str(task.source), task.policy, json.dumps(asdict(task.setup))]
        if is_operators(task.policy):
            words.append(self._operator)
        return self._folder / f"{hashlib.sha256('|'.join(words).encode()).hexdigest()[:32]}.json"


def hash_code(places: Sequence[str]) -> str:
    """Return a hash of the modules of some folders or files that decide on a run's figures."""
    files = sorted(
        file
        for place in places
        for file in ((ROOT / place).rglob("*.py") if (ROOT / place).is_dir() else [ROOT / place])
        if file.stem not in SHOWING
    )
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def run_all(tasks: Sequence[Task], jobs: int, keeper: Keeper) -> Iterator[tuple[Task, Outcome]]:
    """Give each task with its outcome, in the order in which they are there."""
    missing = []
    for task in tasks:
        if outcome := keeper.find(task):
            yield task, outcome
        else:
            missing.append(task)
    for task, outcome in _compute(missing, jobs):
        keeper.keep(task, outcome)
        yield task, outcome


def _compute(tasks: Sequence[Task], jobs: int) -> Iterable[tuple[Task, Outcome]]:
    if jobs == 1 or len(tasks) <= 1:
        return ((task, run_task(task)) for task in tasks)
    return _compute_together(tasks, jobs)


def _compute_together(tasks: Sequence[Task], jobs: int) -> Iterator[tuple[Task, Outcome]]:
    with ProcessPoolExecutor(jobs) as pool:
        try:
            yield from zip(tasks, pool.map(run_task, tasks), strict=True)
        finally:
            # Who ends the run does not wait for what was not begun.
            pool.shutdown(wait=False, cancel_futures=True)
