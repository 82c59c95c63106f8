"""What every pass works with."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from allot_cluster.interface import Cluster
from allot_cluster.subjects import Subject
from allot_operator.observing.fronts import Fronts
from allot_operator.observing.gateways import Gateways
from allot_operator.observing.ledger import Ledger
from allot_operator.observing.stats_client import StatsReader
from allot_operator.passes.announcing import Announcer
from allot_operator.scaling.observation import Held
from allot_operator.work.keys import Key

# What the API server refuses, such as for a quota, is tried again this often.
REFUSAL_RETRY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Result:
    """How a pass ended: in how many seconds to look again, and whether the object is gone."""

    look_again: float | None = None
    is_gone: bool = False


GONE = Result(is_gone=True)
DONE = Result()


@dataclass(slots=True)
class Turns:
    """Which deployment is being upgraded, as far as this process knows.

    `lock` is held while it is decided whether one may be, so that two are not begun at once.
    With the last known `roller` those that wait need not read all Deployments each time.
    """

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    roller: Subject | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The cluster, and what the operator was started with.

    `namespaces` are those that are looked after; empty for all.
    """

    cluster: Cluster
    announcer: Announcer
    ledger: Ledger
    stats: StatsReader
    now: Callable[[], datetime]
    operator_namespace: str
    runtime_image: str
    namespaces: tuple[str, ...] = ()
    turns: Turns = field(default_factory=Turns)
    gateways: Gateways = field(default_factory=Gateways)
    fronts: Fronts = field(default_factory=Fronts)
    monotonic: Callable[[], float] = time.monotonic

    def held_for(self, key: Key) -> Held | None:
        """Return what gateways hold for a deployment, None where no Lease was read yet."""
        if not self.gateways.is_known:
            return None
        return self.gateways.held_for(key, self.monotonic())
