"""What a run comes to."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import numpy as np

from bench.scaling.engine import SAMPLE_SECONDS, Sample, Simulation

# A backlog that takes this long to compute is none.
SMALL_BACKLOG_SECONDS = 1.0
SETTLING_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run. `arrived` = `done` + `late` + `refused` + `waiting`, all in inputs.

    A wait is from an input's arrival to the start of the pass that it is in; whoever was late or
    refused counts as having waited until the deadline. `follow_s` is the time from a lasting change
    of the load until the target was enough for it: None where the trace has no such change,
    infinite where it never was. `backlog_s` is how long more waited than is done in a second.
    `settle_s` is when the target first was what it is for most of the time, and `late_changes`
    are its changes after the first minute.
    """

    p50_wait_s: float
    p99_wait_s: float
    late: int
    refused: int
    allocation_seconds: float
    starts: int
    actions: int
    arrived: int
    done: int
    waiting: int
    follow_s: float | None
    backlog_s: float
    settle_s: float
    late_changes: int

    def to_dict(self) -> dict[str, float | None]:
        """Return the figures by name."""
        return asdict(self)


def conclude(simulation: Simulation) -> Outcome:
    """Return the outcome of a simulation that has run."""
    deadline = simulation.setup.service.deadline_seconds
    waits = np.frombuffer(simulation.waits, dtype=np.float64)
    unserved = simulation.arrived - len(waits)
    everyone = np.concatenate([waits, np.full(unserved, deadline)])
    return Outcome(
        p50_wait_s=find_quantile(everyone, 0.5),
        p99_wait_s=find_quantile(everyone, 0.99),
        late=simulation.late,
        refused=simulation.refused,
        allocation_seconds=simulation.fleet.count_seconds(simulation.load.seconds),
        starts=simulation.starts,
        actions=simulation.actions,
        arrived=simulation.arrived,
        done=simulation.done,
        waiting=simulation.in_flight,
        follow_s=measure_follow(simulation),
        backlog_s=measure_backlog(simulation),
        settle_s=measure_settling(simulation),
        late_changes=sum(second > SETTLING_SECONDS for second, _ in simulation.targets),
    )


def find_quantile(values: np.ndarray[tuple[int], np.dtype[np.float64]], share: float) -> float:
    """Return the smallest value that `share` of all do not exceed (nearest rank); 0 of none."""
    if not len(values):
        return 0.0
    rank = max(0, math.ceil(share * len(values)) - 1)
    return float(np.partition(values, rank)[rank])


def measure_follow(simulation: Simulation) -> float | None:
    """Return the seconds from the change until the target could do what comes."""
    changed = simulation.load.changed_at
    if changed is None:
        return None
    rate = simulation.load.peak_between(changed, changed)
    needed = math.ceil(rate / simulation.setup.service.tokens_per_second)
    before = [target for second, target in simulation.targets if second <= changed]
    if before[-1] >= needed:
        return 0.0
    later = (second for second, target in simulation.targets if target >= needed)
    return next((second - changed for second in later if second > changed), math.inf)


def measure_backlog(simulation: Simulation) -> float:
    """Return the seconds in which more waited than those that serve do in a moment."""
    rate = simulation.setup.service.tokens_per_second
    return SAMPLE_SECONDS * sum(is_backlog(sample, rate) for sample in simulation.samples)


def measure_settling(simulation: Simulation) -> float:
    """Return the second at which the target first was the one that it is for longest."""
    targets = simulation.targets
    ends = [*(second for second, _ in targets[1:]), simulation.load.seconds]
    times: dict[int, float] = {}
    for (second, target), end in zip(targets, ends, strict=True):
        times[target] = times.get(target, 0.0) + end - second
    usual = max(times, key=lambda target: times[target])
    return next(second for second, target in targets if target == usual)


def is_backlog(sample: Sample, rate: float) -> bool:
    """Whether more waits than those that serve do in a moment."""
    return sample.backlog > SMALL_BACKLOG_SECONDS * rate * max(1, sample.serving)
