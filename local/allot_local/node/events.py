"""Events about pods, as a kubelet records them; a repeated one is counted, not repeated."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from typing import Any

from allot_local.node.api import Api
from allot_local.node.errors import ApiError

logger = logging.getLogger(__name__)

NORMAL = "Normal"
WARNING = "Warning"
MAX_MESSAGE = 1000


class Recorder:
    """Writes Events; one that can't be written is logged and let go."""

    def __init__(self, api: Api, node: str, now: Callable[[], str]) -> None:
        self._api = api
        self._node = node
        self._now = now
        self._counts: dict[str, int] = {}

    async def record(
        self, pod: Mapping[str, Any], type_: str, reason: str, message: str, container: str = ""
    ) -> None:
        """Write an Event about the pod, or about one of its containers."""
        event = build_event(
            pod, type_, reason, message[:MAX_MESSAGE], container=container, node=self._node
        )
        name, now = event["metadata"]["name"], self._now()
        path = f"/api/v1/namespaces/{pod['metadata']['namespace']}/events"
        count = self._counts[name] = self._counts.get(name, 0) + 1
        logger.info("%s %s: %s %s", type_, pod["metadata"]["name"], reason, message)
        try:
            if count > 1:
                await self._api.patch(f"{path}/{name}", {"count": count, "lastTimestamp": now})
            else:
                first = event | {"count": 1, "firstTimestamp": now, "lastTimestamp": now}
                await self._api.call("POST", path, first)
        except ApiError as error:
            # The namespace may be going, or the Event have expired: neither harms the pod.
            logger.warning("event %s was not recorded: %s", name, error)
            self._counts.pop(name, None)

    def forget(self, uid: str) -> None:
        """Forget the counts of a pod that is gone."""
        self._counts = {k: v for k, v in self._counts.items() if uid[:8] not in k}


def build_event(
    pod: Mapping[str, Any], type_: str, reason: str, message: str, *, container: str, node: str
) -> dict[str, Any]:
    """Return the Event's document without count and times.

    Its name follows from pod, type, reason, container and message: the same again is
    the same Event.
    """
    metadata = pod["metadata"]
    what = "\n".join([metadata["uid"], type_, reason, container, message])
    digest = hashlib.sha256(what.encode()).hexdigest()[:16]
    involved = {
        "apiVersion": "v1",
        "kind": "Pod",
        "namespace": metadata["namespace"],
        "name": metadata["name"],
        "uid": metadata["uid"],
    }
    if container:
        involved["fieldPath"] = f"spec.containers{{{container}}}"
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {
            "name": f"{metadata['name'][:200]}.{metadata['uid'][:8]}.{digest}",
            "namespace": metadata["namespace"],
        },
        "involvedObject": involved,
        "type": type_,
        "reason": reason,
        "message": message,
        "source": {"component": "kubelet", "host": node},
        "reportingComponent": "kubelet",
        "reportingInstance": node,
    }
