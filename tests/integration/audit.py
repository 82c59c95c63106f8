"""The local cluster's audit log: who wrote what to the API server, and when."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from allot_local.clock import now
from allot_local.cluster import AUDIT, LocalCluster
from tests.integration.objects import Manifest

OPERATOR = "system:serviceaccount:allot-system:allot-operator"
GATEWAY = "system:serviceaccount:allot-system:allot-gateway"
SILENCE = timedelta(seconds=5)
WAIT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Write:
    """One write, as the API server recorded it; Leases are not recorded."""

    at: datetime
    user: str
    verb: str
    resource: str
    namespace: str
    name: str
    code: int


def read_writes(cluster: LocalCluster, since: datetime | None = None) -> list[Write]:
    """Return all writes since a moment, the log's older files included."""
    log = cluster.log_path(AUDIT)
    lines = (line for path in sorted(log.parent.glob(f"{log.stem}*.log")) for line in read(path))
    writes = (parse_write(json.loads(line)) for line in lines)
    return [write for write in writes if since is None or write.at >= since]


def read(path: Path) -> Iterator[str]:
    """Yield the whole lines of a file that may be growing."""
    with path.open() as file:
        yield from (line for line in file if line.endswith("\n"))


def parse_write(event: Manifest) -> Write:
    """Return the write of an audit event."""
    target = event.get("objectRef", {})
    parts = (target.get("resource", ""), target.get("subresource", ""))
    return Write(
        at=datetime.fromisoformat(event["requestReceivedTimestamp"]),
        user=event["user"]["username"],
        verb=event["verb"],
        resource="/".join(part for part in parts if part),
        namespace=target.get("namespace", ""),
        name=target.get("name", ""),
        code=event.get("responseStatus", {}).get("code", 0),
    )


def wait_for_silence(cluster: LocalCluster) -> datetime:
    """Return the moment from which on the operator has nothing left to tell of what came before."""
    deadline = time.monotonic() + WAIT_SECONDS
    while late := [one for one in read_writes(cluster, now() - SILENCE) if one.user == OPERATOR]:
        assert time.monotonic() < deadline, late
        time.sleep(1)
    return now()
