"""`/stats`: what the operator, the gateway and a curious person read of one allocation."""

from __future__ import annotations

from typing import Any

from allot_runtime.allocation import Allocation
from allot_runtime.sources.redaction import redact
from allot_runtime.threads import CpuShare


def describe_stats(allocation: Allocation, share: CpuShare) -> dict[str, Any]:
    """Return the document; counters start at zero with each `boot_id`."""
    snapshot = allocation.engine.snapshot()
    return {
        "deployment_id": allocation.settings.deployment_id,
        "model_id": allocation.model_id,
        "boot_id": allocation.boot_id,
        "start_time": allocation.start_time,
        "model": describe_model(allocation),
        "threads": {
            "num_threads": allocation.settings.num_threads,
            "torch": allocation.torch_threads,
            "quota": share.quota,
            "affinity": share.affinity,
            "throttled_seconds": share.throttled_seconds,
        },
        "work": snapshot.describe_work(),
        "inference": snapshot.describe_inference(),
    }


def describe_model(allocation: Allocation) -> dict[str, Any]:
    """Return the model's state, bytes and digest; unknown values are null."""
    readiness, progress = allocation.readiness, allocation.measure()
    return {
        "state": readiness.state,
        "reason": readiness.reason,
        "message": readiness.message,
        "bytes_done": progress.bytes_done,
        "bytes_total": progress.bytes_total,
        "seconds_left": progress.seconds_left,
        "digest": allocation.digest,
        "size_bytes": allocation.size_bytes,
        "dimensions": allocation.dimensions,
        "source": redact(allocation.spec.source.uri),
    }
