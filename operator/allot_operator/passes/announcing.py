"""Posts Events: what `kubectl describe` shows of an object's story."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from allot_cluster.errors import ClusterError
from allot_cluster.interface import Cluster, Manifest
from allot_cluster.resources import EVENTS
from allot_operator.facts.subjects import Subject
from allot_operator.judging.transitions import Notice, Severity

logger = logging.getLogger(__name__)

COMPONENT = "allot-operator"
# The API server's bound.
MAX_MESSAGE_LENGTH = 1024


class Announcer:
    """Posts Events in the name of this operator."""

    def __init__(self, cluster: Cluster, now: Callable[[], datetime], instance: str) -> None:
        self._cluster = cluster
        self._now = now
        self._instance = instance

    async def announce(self, subject: Subject, notices: Iterable[Notice]) -> None:
        """Post each notice and write it to the log; an Event that cannot be posted is let go."""
        for notice in notices:
            level = logging.WARNING if notice.severity is Severity.WARNING else logging.INFO
            logger.log(
                level,
                "%s %s/%s: %s: %s",
                subject.kind,
                subject.namespace,
                subject.name,
                notice.reason,
                notice.message,
            )
            try:
                event = build_event(subject, notice, self._now(), self._instance)
                await self._cluster.create(EVENTS, event)
            except ClusterError as error:
                logger.warning(
                    "The Event %s of %s is not posted: %s", notice.reason, subject, error
                )


def build_event(subject: Subject, notice: Notice, now: datetime, instance: str) -> Manifest:
    """Return the Event of a notice."""
    stamp = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"generateName": f"{subject.name[:200]}.", "namespace": subject.namespace},
        "involvedObject": {
            "apiVersion": subject.resource.api_version,
            "kind": subject.kind,
            "namespace": subject.namespace,
            "name": subject.name,
            "uid": subject.uid,
            "resourceVersion": subject.resource_version,
        },
        "type": notice.severity.value,
        "reason": notice.reason,
        "message": notice.message[:MAX_MESSAGE_LENGTH],
        "firstTimestamp": stamp,
        "lastTimestamp": stamp,
        "count": 1,
        "source": {"component": COMPONENT},
        "reportingComponent": COMPONENT,
        "reportingInstance": instance,
    }
