"""What one decision leaves for the next; lost at a restart, which must not matter."""

from __future__ import annotations

from dataclasses import dataclass, field

from allot_operator.scaling.elasticsearch_policy import ElasticsearchMemory
from allot_operator.scaling.intervals import Samples
from allot_operator.scaling.own_clock import OwnClock
from allot_operator.scaling.pressure import Pressure
from allot_operator.scaling.work_policy import WorkMemory
from allot_operator.scaling.zero import Idleness


@dataclass(frozen=True, slots=True)
class Memory:
    """The own clock, the pods' last answers, how long nothing came, and each policy's own.

    `pressure` is that against the maximum.
    `risen_at` is when the target last rose, in own seconds.
    """

    clock: OwnClock = field(default_factory=OwnClock)
    samples: Samples = field(default_factory=dict)
    idleness: Idleness = field(default_factory=Idleness)
    work: WorkMemory = field(default_factory=WorkMemory)
    elasticsearch: ElasticsearchMemory = field(default_factory=ElasticsearchMemory)
    pressure: Pressure = field(default_factory=Pressure)
    risen_at: float | None = None
