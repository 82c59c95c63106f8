"""What routing has counted, as plain numbers: a page of metrics reads them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from allot_gateway.routing.cold_starts import ColdStarts


@dataclass(slots=True)
class Measures:
    """Counters of one deployment; they only grow.

    `held` are requests that came while no pod served, `refused` those that were answered 429 here,
    `expired` those that waited past their deadline, `retried` those that were sent once more,
    `broken` those whose answer began and did not end, `left` those whose clients went.
    """

    requests: int = 0
    answered: int = 0
    held: int = 0
    refused: int = 0
    expired: int = 0
    retried: int = 0
    broken: int = 0
    left: int = 0
    cold_starts: ColdStarts = field(default_factory=ColdStarts)


@dataclass(frozen=True, slots=True)
class PodShare:
    """What one pod has of this gateway's at a moment."""

    pod: str
    requests: int
    tokens: int
    is_aside: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A deployment at a moment: its counters, its line, and its pods."""

    measures: Measures
    waiting_requests: int
    waiting_inputs: int
    waiting_tokens: int
    pods: tuple[PodShare, ...]
