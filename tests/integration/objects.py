"""Allot's objects in one namespace, as a person with kubectl makes and reads them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from tests.conftest import Kubectl

WAIT_SECONDS = 120.0
# A look is a kubectl of a tenth of a CPU-second, which what is waited for could use.
LOOK_SECONDS = 0.5
Manifest = dict[str, Any]
OWNED = "ie,mdep,tm,deploy,rs,svc,pdb,pods"


def an_endpoint(name: str, **settings: Any) -> Manifest:
    """Return an endpoint of the small SPLADE, with one allocation if nothing else is said."""
    spec = {
        "task_type": "sparse_embedding",
        "service": "elasticsearch",
        "service_settings": {"model_id": ".elser_model_2", "num_threads": 1, **settings},
    }
    if "deployment_id" in settings:
        spec["service_settings"] = settings
    elif not {"num_allocations", "adaptive_allocations"} & settings.keys():
        spec["service_settings"]["num_allocations"] = 1
    return an_object("InferenceEndpoint", name, spec)


def an_object(kind: str, name: str, spec: Manifest) -> Manifest:
    """Return an object of Allot's."""
    return {
        "apiVersion": "inference.allot.dev/v1alpha1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": spec,
    }


class Objects:
    """A namespace by kubectl: apply, read, wait."""

    def __init__(self, kubectl: Kubectl, namespace: str) -> None:
        self._kubectl = kubectl
        self.namespace = namespace

    def run(
        self,
        *arguments: str,
        input: str | None = None,  # noqa: A002 - subprocess's own word
        timeout: float = 150,
    ) -> str:
        """Run kubectl in the namespace."""
        return self._kubectl(*arguments, "-n", self.namespace, input=input, timeout=timeout)

    def apply(self, *manifests: Manifest) -> None:
        """Apply some objects."""
        document = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(manifests)})
        self._kubectl("apply", "-n", self.namespace, "-f", "-", input=document)

    def get(self, kind: str, name: str) -> Manifest:
        """Return an object."""
        found: Manifest = json.loads(self.run("get", kind, name, "-o", "json"))
        return found

    def list(self, kinds: str) -> list[Manifest]:
        """Return all objects of some kinds."""
        items: list[Manifest] = json.loads(self.run("get", kinds, "-o", "json"))["items"]
        return items

    def names(self, kinds: str = OWNED) -> list[str]:
        """Return kind and name of all objects of some kinds."""
        return self.run("get", kinds, "-o", "name").split()

    def versions(self) -> dict[str, str]:
        """Return the resourceVersion of everything that Allot reads or makes here."""
        return {
            f"{item['kind']}/{item['metadata']['name']}": item["metadata"]["resourceVersion"]
            for item in self.list(f"{OWNED},events,configmaps")
        }

    def conditions(self, name: str, kind: str = "ie") -> dict[str, tuple[str, str, str]]:
        """Return status, reason and message of an object's conditions by type."""
        status = self.get(kind, name).get("status", {})
        return {
            one["type"]: (one["status"], one["reason"], one["message"])
            for one in status.get("conditions", [])
        }

    def wait_ready(self, *names: str) -> None:
        """Wait as a person does, with kubectl."""
        self.run(
            "wait", "--for=condition=Ready", *(f"ie/{name}" for name in names), "--timeout=120s"
        )

    def wait(self, what: Callable[[], Any]) -> Any:
        """Return what the function returns once it is true."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not (found := what()):
            assert time.monotonic() < deadline, self.run("get", OWNED, "-o", "wide")
            time.sleep(LOOK_SECONDS)
        return found

    def wait_condition(
        self, name: str, condition: str, reason: str, kind: str = "ie"
    ) -> tuple[str, str, str]:
        """Return a condition once it carries a reason."""
        found: tuple[str, str, str] = self.wait(
            lambda: (one := self.conditions(name, kind).get(condition)) and one[1] == reason and one
        )
        return found

    def allocations(self, name: str) -> tuple[int, int, str]:
        """Return allocation_count, target_allocation_count and state of an endpoint."""
        stats = self.get("ie", name).get("status", {}).get("deployment_stats", {})
        status = stats.get("allocation_status", {})
        return (
            status.get("allocation_count", -1),
            status.get("target_allocation_count", -1),
            status.get("state", ""),
        )

    def events(self, name: str) -> dict[str, str]:
        """Return the messages of the Events about an object by reason."""
        items = json.loads(
            self.run(
                "get", "events", "-o", "json", "--field-selector", f"involvedObject.name={name}"
            )
        )["items"]
        return {event["reason"]: event["message"] for event in items}

    def wait_for_event(self, name: str, reason: str) -> str:
        """Return an Event's message once it is there: it follows the status that it tells of."""
        message: str = self.wait(lambda: self.events(name).get(reason))
        return message

    def pods(self) -> list[Manifest]:
        """Return the pods that are not being deleted."""
        return [pod for pod in self.list("pods") if "deletionTimestamp" not in pod["metadata"]]
