"""What the pods did between two decisions: differences of counters that only grow.

Counters belong to a process. Of a pod that was never seen, that started anew, whose counters
fell, or that says nothing, the difference is not known: it adds nothing, and the interval is not
complete. A pod that answers after a silence has its counts spread over that silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from allot_operator.facts.reports import Work
from allot_operator.scaling.observation import PodSilence, PodWork


class Doubt(StrEnum):
    """Why a pod's part in an interval is not known."""

    SILENT = "Silent"
    NEW = "New"
    RESTARTED = "Restarted"
    COUNTERS_FELL = "CountersFell"
    NO_TIME = "NoTime"


@dataclass(frozen=True, slots=True)
class Sample:
    """A pod's last answer, and when it came by the decision's own clock."""

    pod: PodWork
    seconds: float


Samples = Mapping[str, Sample]


@dataclass(frozen=True, slots=True)
class Interval:
    """What was done in so many seconds, all pods together.

    Arrivals are of this interval alone. What was done is taken whole, for its cost: passes,
    inputs, tokens and busy seconds belong together, however long they took to be told.
    """

    seconds: float = 0.0
    inputs_arrived: float = 0.0
    tokens_arrived: float = 0.0
    inputs_rejected: float = 0.0
    passes: int = 0
    inputs_done: int = 0
    tokens_done: int = 0
    busy_seconds: float = 0.0
    doubts: Mapping[str, Doubt] = field(default_factory=dict)
    is_complete: bool = False


def take_samples(
    before: Samples, pods: Iterable[PodWork | PodSilence], seconds: float
) -> dict[str, Sample]:
    """Return the last answer of every pod that is still there."""
    samples = {}
    for pod in pods:
        if isinstance(pod, PodWork):
            samples[pod.uid] = Sample(pod, seconds)
        elif pod.uid in before:
            samples[pod.uid] = before[pod.uid]
    return samples


def measure_interval(
    before: Samples, pods: Iterable[PodWork | PodSilence], seconds: float, step: float
) -> Interval:
    """Return what the pods did in the last `step` seconds before `seconds`."""
    doubts: dict[str, Doubt] = {}
    is_complete = step > 0
    inputs_arrived = tokens_arrived = inputs_rejected = busy_seconds = 0.0
    passes = inputs_done = tokens_done = 0
    for pod in pods:
        sample = before.get(pod.uid)
        doubt = find_doubt(sample, pod, step)
        if doubt is not None:
            doubts[pod.uid] = doubt
            is_complete = is_complete and not pod.is_serving
            continue
        assert isinstance(pod, PodWork)  # silence is a doubt
        assert sample is not None
        was, work = sample.pod.work, pod.work
        share = min(1.0, step / (seconds - sample.seconds))
        inputs_arrived += share * (work.inputs_arrived - was.inputs_arrived)
        tokens_arrived += share * (work.tokens_arrived - was.tokens_arrived)
        inputs_rejected += share * (work.inputs_rejected - was.inputs_rejected)
        if sample.pod.is_serving:
            # A pass before that is the first of all, and takes many times as long.
            passes += work.forward_passes - was.forward_passes
            inputs_done += work.inputs_done - was.inputs_done
            tokens_done += work.tokens_done - was.tokens_done
            busy_seconds += work.busy_seconds - was.busy_seconds
    return Interval(
        seconds=step,
        inputs_arrived=inputs_arrived,
        tokens_arrived=tokens_arrived,
        inputs_rejected=inputs_rejected,
        passes=passes,
        inputs_done=inputs_done,
        tokens_done=tokens_done,
        busy_seconds=busy_seconds,
        doubts=doubts,
        is_complete=is_complete,
    )


def find_doubt(sample: Sample | None, pod: PodWork | PodSilence, step: float) -> Doubt | None:
    """Return why the difference between two answers of a pod says nothing, None if it does."""
    if isinstance(pod, PodSilence):
        return Doubt.SILENT
    if sample is None:
        return Doubt.NEW
    if sample.pod.boot_id != pod.boot_id:
        return Doubt.RESTARTED
    if has_fallen(sample.pod.work, pod.work):
        return Doubt.COUNTERS_FELL
    return None if step > 0 else Doubt.NO_TIME


def has_fallen(was: Work, work: Work) -> bool:
    """Whether a counter that can only grow is less than it was."""
    return (
        work.forward_passes < was.forward_passes
        or work.inputs_arrived < was.inputs_arrived
        or work.inputs_done < was.inputs_done
        or work.tokens_arrived < was.tokens_arrived
        or work.tokens_done < was.tokens_done
        or work.busy_seconds < was.busy_seconds
        or work.inputs_failed < was.inputs_failed
        or work.inputs_rejected < was.inputs_rejected
    )
