"""The local cluster's one node, and how much of it is free."""

from __future__ import annotations

import json

from tests.conftest import Kubectl
from tests.integration.objects import Manifest, Objects
from tests.integration.pods import a_container, a_pod

FILLER = "filler"


def fill_node(kubectl: Kubectl, objects: Objects, cpus_left: int) -> None:
    """Have a pod that does nothing ask for all of the node's CPUs but some.

    What other tests left behind has to be gone: its room would be free a moment later.
    """
    (node,) = list_items(kubectl, "nodes")
    objects.wait(lambda: not any(map(is_leaving, list_items(kubectl, "namespaces"))))
    objects.wait(lambda: not any(map(is_leaving, list_items(kubectl, "pods", "-A"))))
    pods = list_items(kubectl, "pods", "-A")
    containers = [container for pod in pods for container in pod["spec"]["containers"]]
    taken = sum(
        parse_cpus(container.get("resources", {}).get("requests", {}).get("cpu", "0"))
        for container in containers
    )
    asked = int(parse_cpus(node["status"]["allocatable"]["cpu"]) - taken) - cpus_left
    idle = a_container("import time; time.sleep(600)", resources={"requests": {"cpu": str(asked)}})
    objects.apply(a_pod(FILLER, idle))
    objects.run("wait", "--for=condition=Ready", f"pod/{FILLER}", "--timeout=60s")


def list_items(kubectl: Kubectl, *what: str) -> list[Manifest]:
    """Return all objects of a kind."""
    items: list[Manifest] = json.loads(kubectl("get", *what, "-o", "json"))["items"]
    return items


def is_leaving(item: Manifest) -> bool:
    """Whether an object is being deleted."""
    return "deletionTimestamp" in item["metadata"]


def parse_cpus(quantity: str) -> float:
    """Return a quantity of CPU in cores."""
    if quantity.endswith("m"):
        return int(quantity.removesuffix("m")) / 1000
    return float(quantity)
