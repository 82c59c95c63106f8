"""Small pods of plain Python for the node agent's tests, and waiting for what becomes of them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import psutil

from tests.conftest import Kubectl

WAIT_SECONDS = 60.0
Manifest = dict[str, Any]


def a_container(script: str, **fields: Any) -> Manifest:
    """Return a container that runs a script with this environment's Python."""
    command = ["python", "-u", "-c", script]
    return {"name": "main", "image": "allot/python:3", "command": command, **fields}


def a_pod(name: str, *containers: Manifest, **spec: Any) -> Manifest:
    """Return a pod that is not started again and ends without a grace."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {
            "restartPolicy": "Never",
            "terminationGracePeriodSeconds": 1,
            "containers": list(containers),
            **spec,
        },
    }


class Pods:
    """The pods of one namespace, by kubectl."""

    def __init__(self, kubectl: Kubectl, namespace: str) -> None:
        self.kubectl = kubectl
        self.namespace = namespace

    def apply(self, *manifests: Manifest) -> None:
        """Apply some objects."""
        document = {"apiVersion": "v1", "kind": "List", "items": list(manifests)}
        self.kubectl("apply", "-n", self.namespace, "-f", "-", input=json.dumps(document))

    def get(self, name: str) -> Manifest:
        """Return a pod."""
        found: Manifest = json.loads(
            self.kubectl("get", "pod", name, "-n", self.namespace, "-o", "json")
        )
        return found

    def status(self, name: str, container: str = "main") -> Manifest:
        """Return a container's status, empty until there is one."""
        status = self.get(name)["status"]
        both = status.get("initContainerStatuses", []) + status.get("containerStatuses", [])
        return next((one for one in both if one["name"] == container), {})

    def wait(self, name: str, is_there: Callable[[Manifest], bool]) -> Manifest:
        """Return the pod once the condition holds; fails with the pod after a minute."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            pod = self.get(name)
            if is_there(pod):
                return pod
            assert time.monotonic() < deadline, json.dumps(pod["status"], indent=1)
            time.sleep(0.3)

    def wait_for_phase(self, name: str, phase: str) -> Manifest:
        """Return the pod once it is in a phase."""
        return self.wait(name, lambda pod: pod["status"].get("phase") == phase)

    def wait_until_ready(self, name: str) -> Manifest:
        """Return the pod once it is ready."""
        return self.wait(name, is_ready)

    def logs(self, name: str, *options: str) -> str:
        """Return what a pod wrote."""
        return self.kubectl("logs", name, "-n", self.namespace, *options)

    def events(self, name: str) -> list[tuple[str, str]]:
        """Return reason and message of a pod's Events."""
        found = json.loads(
            self.kubectl(
                "get", "events", "-n", self.namespace, "-o", "json",
                "--field-selector", f"involvedObject.name={name}",
            )
        )  # fmt: skip
        return [(event["reason"], event["message"]) for event in found["items"]]

    def wait_for_event(self, name: str, reason: str, words: str = "") -> str:
        """Return the message of an Event that has the reason and holds the words, once it is there.

        One reason may have several stories: a pod is Unhealthy for each of its probes.
        """
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            events = self.events(name)
            for found, message in events:
                if found == reason and words in message:
                    return message
            assert time.monotonic() < deadline, events
            time.sleep(0.3)


def process_at(address: str) -> int:
    """Return the process that listens on a pod's address."""
    for connection in psutil.net_connections("tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.laddr.ip == address:
            assert connection.pid is not None
            return connection.pid
    raise AssertionError(f"nothing listens on {address}")


def is_ready(pod: Manifest) -> bool:
    """Whether a pod says that it is ready."""
    conditions = {one["type"]: one["status"] for one in pod["status"].get("conditions", [])}
    return conditions.get("Ready") == "True"
