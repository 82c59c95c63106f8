"""What the management calls work with; the process makes one at its start."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allot_api.names import OPERATOR_NAMESPACE
from allot_cluster.interface import Cluster
from allot_gateway.view.state import View
from allot_gateway.view.workloads import ServingPod

Stats = Callable[[ServingPod], Awaitable[Mapping[str, Any] | None]]
"""Asks a pod for its `/stats`; None where it says nothing in time."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The view, the API server, the pods' statistics and the time.

    `shared_namespace` is the one whose TrainedModels serve all namespaces; `monotonic` is in
    seconds and runs as the event loop's clock does.
    """

    view: View
    cluster: Cluster
    stats: Stats
    monotonic: Callable[[], float]
    utc_now: Callable[[], datetime]
    shared_namespace: str = OPERATOR_NAMESPACE
