"""Posts Events: what `kubectl describe` shows of an object's story."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from allot_api.names import SHAPE_MANAGER
from allot_cluster.errors import ClusterError
from allot_cluster.interface import Cluster, Manifest
from allot_cluster.resources import EVENTS
from allot_cluster.subjects import Subject
from allot_operator.desired.fingerprints import fingerprint
from allot_operator.judging.repetition import Posting, Recollection, Told
from allot_operator.judging.transitions import Notice, Severity

logger = logging.getLogger(__name__)

COMPONENT = "allot-operator"
# The API server's bound.
MAX_MESSAGE_LENGTH = 1024
# Of an object's name in its Event's; the rest of 253 is for what tells Events apart.
MAX_NAME_PART = 200


class Announcer:
    """Posts Events in the name of this operator."""

    def __init__(self, cluster: Cluster, now: Callable[[], datetime], instance: str) -> None:
        self._cluster = cluster
        self._now = now
        self._instance = instance
        self._recollection = Recollection()

    async def announce(self, subject: Subject, notices: Iterable[Notice]) -> None:
        """Post each notice and write it to the log; an Event that cannot be posted is let go.

        What is said again and again is counted on the Event that is there.
        """
        for notice in notices:
            posting, told = self._recollection.consider(subject.uid, notice, self._now())
            self._log(subject, notice, posting)
            if posting is Posting.LEFT_OUT:
                continue
            event = build_event(subject, notice, told, self._instance)
            try:
                if posting is Posting.NEW:
                    await self._cluster.create(EVENTS, event)
                else:
                    await self._cluster.apply(EVENTS, event, field_manager=SHAPE_MANAGER)
            except ClusterError as error:
                logger.warning(
                    "The Event %s of %s is not posted: %s", notice.reason, subject, error
                )

    def _log(self, subject: Subject, notice: Notice, posting: Posting) -> None:
        level = logging.WARNING if notice.severity is Severity.WARNING else logging.INFO
        logger.log(
            logging.DEBUG if posting is Posting.LEFT_OUT else level,
            "%s %s/%s: %s: %s",
            subject.kind,
            subject.namespace,
            subject.name,
            notice.reason,
            notice.message,
        )


def build_event(subject: Subject, notice: Notice, told: Told, instance: str) -> Manifest:
    """Return the Event of a notice; by its name a repetition finds it again."""
    said = fingerprint([subject.uid, notice.reason, notice.message, told.first.isoformat()])
    name = f"{subject.name[:MAX_NAME_PART].rstrip('-.')}.{said}"
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": subject.namespace},
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
        "firstTimestamp": _stamp(told.first),
        "lastTimestamp": _stamp(told.seen),
        "count": told.count,
        "source": {"component": COMPONENT},
        "reportingComponent": COMPONENT,
        "reportingInstance": instance,
    }


def _stamp(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
