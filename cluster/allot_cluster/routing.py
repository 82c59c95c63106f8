"""Which pods a request may be sent to."""

from __future__ import annotations

from typing import Any

from allot_cluster.interface import Manifest


def is_routable(pod: Manifest) -> bool:
    """Whether a router sends to a pod: it is ready and stays, as EndpointSlices have it.

    Readiness follows a pod's end by a probe's period; its deletionTimestamp is there at once.
    """
    conditions: list[dict[str, Any]] = pod.get("status", {}).get("conditions", [])
    is_ready = any((one["type"], one["status"]) == ("Ready", "True") for one in conditions)
    return is_ready and "deletionTimestamp" not in pod["metadata"]
