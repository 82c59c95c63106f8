"""A pod's `/stats`, for the statistics that Elasticsearch's clients ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from allot_gateway.view.workloads import ServingPod
from allot_protocol.pods.stats import NoStats, StatsAsker


class PodStats:
    """Asks over HTTP."""

    def __init__(self, asker: StatsAsker) -> None:
        self._asker = asker

    async def read(self, pod: ServingPod) -> Mapping[str, Any] | None:
        """Return what a pod says of itself; None where it says nothing in time."""
        try:
            said: Mapping[str, Any] = orjson.loads(
                await self._asker.ask(pod.namespace, pod.ip, pod.port)
            )
        except (NoStats, orjson.JSONDecodeError):
            return None
        return said
