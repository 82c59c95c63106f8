"""How much may wait, and how often is tried again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds of one deployment's requests in one gateway.

    `held_requests` may wait while no pod serves (Elasticsearch: 99 for each node).
    `least_line_inputs` may wait while some serve, even where queue_capacity is less.
    Of the requests of `retry_window_seconds`, `retry_share` may be sent a second time, and
    `retry_floor` more, which is what a quiet deployment has when one of its pods dies.
    """

    held_requests: int = 1000
    least_line_inputs: int = 100
    retry_share: float = 0.2
    retry_floor: int = 10
    retry_window_seconds: float = 10.0
