"""Adaptive allocations on a real control plane, with real pods that are paced.

A paced pod computes real answers, and then waits until its forward pass has taken what is
declared: so three of them saturate by what two cores give easily.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from allot_api.names import (
    COMPONENT_LABEL,
    GATEWAY_COMPONENT,
    HELD_ANNOTATION,
    MANAGED_BY,
    MANAGED_BY_LABEL,
    decisions_name,
)
from allot_api.scaling_decision import DECISIONS_KEY, ScalingDecision, parse_decisions
from allot_cluster.clock import utc_now
from allot_cluster.lease import format_micro_time
from allot_local.cluster import LocalCluster
from tests.conftest import Kubectl
from tests.integration.nodes import FILLER, fill_node
from tests.integration.objects import Manifest, Objects, an_endpoint
from tests.integration.streams import streaming

pytestmark = pytest.mark.usefixtures("allot")

SYSTEM = "allot-system"
# Some 190 tokens a second at full passes. So many clients that wait for their answers keep three
# pods busy, and before a single one they wait longer than its backlog may take.
PACE = {"ALLOT_PACE_SECONDS_PER_PASS": "0.05", "ALLOT_PACE_SECONDS_PER_TOKEN": "0.005"}
CLIENTS = 200
DRAIN_SECONDS = 1
RENEW_SECONDS = 3.0


@pytest.fixture
def objects(kubectl: Kubectl, namespace: str) -> Objects:
    return Objects(kubectl, namespace)


def an_adaptive_endpoint(name: str, least: int, most: int, **scaling: Any) -> Manifest:
    bounds = {"min_number_of_allocations": least, "max_number_of_allocations": most}
    endpoint = an_endpoint(name, adaptive_allocations={"enabled": True, **bounds})
    endpoint["spec"]["scaling"] = scaling
    endpoint["spec"]["pod"] = {
        "env": [{"name": key, "value": value} for key, value in PACE.items()]
    }
    return endpoint


def target(objects: Objects) -> int:
    """Return the target of the namespace's only deployment."""
    (deployment,) = objects.list("deploy")
    replicas: int = deployment["spec"]["replicas"]
    return replicas


def decisions(objects: Objects, name: str) -> list[ScalingDecision]:
    found = objects.run("get", "configmap", decisions_name(name), "-o", "json")
    return list(parse_decisions(json.loads(found)["data"][DECISIONS_KEY]).records)


def test_the_number_follows_the_work_says_why_and_what_is_missing(
    objects: Objects, local_cluster: LocalCluster, kubectl: Kubectl
) -> None:
    quick = {"drain_seconds": DRAIN_SECONDS, "scale_down_cooldown": "15s"}
    objects.apply(an_adaptive_endpoint("busy", least=1, most=3, **quick))
    objects.wait_ready("busy")
    fill_node(kubectl, objects, cpus_left=1)
    selector = objects.list("mdep")[0]["status"]["selector"]
    path = "/_inference/sparse_embedding/busy"

    with streaming(local_cluster.kubeconfig, objects.namespace, selector, path, CLIENTS) as stream:
        # Three are wanted where two fit: two serve, and what is missing is said.
        objects.wait(lambda: target(objects) == 3)
        limited = objects.wait_condition("busy", "ScalingLimited", "NoRoom")
        objects.wait(lambda: objects.allocations("busy")[:2] == (2, 3))
        assert "lacks cpu" in limited[2]
        assert objects.conditions("busy")["Ready"][0] == "True"

        # Room appears, and another operator takes over meanwhile.
        objects.run("delete", "pod", FILLER, "--wait=false")
        kubectl("delete", "pod", "-n", SYSTEM, "-l", "app.kubernetes.io/name=allot-operator")
        objects.wait(lambda: objects.allocations("busy")[:2] == (3, 3))
        objects.wait_condition("busy", "ScalingLimited", "AtMaximum")
        answers = stream.answers
        objects.wait(lambda: stream.answers > answers + CLIENTS)
        risen = decisions(objects, "busy")

    objects.wait(lambda: objects.allocations("busy") == (1, 1, "fully_allocated"))
    assert stream.failures == []
    # Never down while the load was there, and down when it was gone.
    assert all((one.previous or 0) <= one.target for one in risen)
    assert "AtMaximum" in {one.reason for one in risen}
    story = decisions(objects, "busy")
    assert (story[-1].target, story[-1].reason) == (1, "LessWork")
    assert all(one.inputs["serving_allocations"] >= 1 for one in story)
    assert "allocations" in objects.wait_for_event("busy", "ScaledTo")


class Gateway:
    """What a gateway is to the operator: a Lease that is renewed and says what is held."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._held = "{}"
        self._ends = threading.Event()

    def hold(self, inputs: int) -> None:
        """Say how many inputs are held from now on, for the namespace's only deployment."""
        (deployment,) = self._objects.list("mdep")
        self._held = json.dumps({deployment["metadata"]["name"]: inputs})
        self.renew()

    def renew(self) -> None:
        """Write the Lease as it is now."""
        now = format_micro_time(utc_now())
        lease = {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {
                "name": "allot-gateway-0",
                "labels": {MANAGED_BY_LABEL: MANAGED_BY, COMPONENT_LABEL: GATEWAY_COMPONENT},
                "annotations": {HELD_ANNOTATION: self._held},
            },
            "spec": {"holderIdentity": "test", "leaseDurationSeconds": 15, "renewTime": now},
        }
        self._objects.run(
            "apply", "--server-side", "--field-manager=allot-gateway", "-f", "-",
            input=json.dumps(lease),
        )  # fmt: skip

    def renew_until_ended(self) -> None:
        while not self._ends.wait(RENEW_SECONDS):
            self.renew()

    def end(self) -> None:
        self._ends.set()


@contextmanager
def a_gateway(objects: Objects) -> Iterator[Gateway]:
    gateway = Gateway(objects)
    gateway.renew()
    thread = threading.Thread(target=gateway.renew_until_ended)
    thread.start()
    try:
        yield gateway
    finally:
        gateway.end()
        thread.join()


@pytest.fixture
def no_gateway(kubectl: Kubectl, allot: None) -> Iterator[None]:
    """Take the real gateway away for one test: its Leases go with it."""
    scale = ("scale", "deployment/allot-gateway", "-n", SYSTEM)
    kubectl(*scale, "--replicas=0")
    kubectl("wait", "--for=delete", "pod", "-l", "app.kubernetes.io/name=allot-gateway",
            "-n", SYSTEM, "--timeout=90s")  # fmt: skip
    yield
    kubectl(*scale, "--replicas=2")
    kubectl("rollout", "status", "deployment/allot-gateway", "-n", SYSTEM, "--timeout=120s")


def test_to_zero_where_a_gateway_is_and_back_by_what_it_holds(
    no_gateway: None, objects: Objects
) -> None:
    objects.apply(an_adaptive_endpoint("idle", least=0, most=3, scale_to_zero_after="1m"))
    objects.wait_ready("idle")
    assert objects.wait_condition("idle", "ScalingLimited", "NoGateway")[0] == "True"

    with a_gateway(objects) as gateway:
        objects.wait_condition("idle", "ScalingLimited", "WithinBounds")
        objects.wait_condition("idle", "Ready", "ScaledToZero")
        found = objects.conditions("idle")
        assert (found["Ready"][0], found["Servable"][:2]) == ("True", ("True", "HeldByGateway"))
        assert objects.allocations("idle")[1] == 0
        assert decisions(objects, "idle")[-1].reason == "Idle"

        # The gateway's own write, which works without an operator too.
        (deployment,) = objects.list("deploy")
        objects.run(
            "patch", "deploy", deployment["metadata"]["name"], "--type=merge",
            "--field-manager=allot-gateway", "-p",
            json.dumps({
                "metadata": {"resourceVersion": deployment["metadata"]["resourceVersion"]},
                "spec": {"replicas": 1},
            }),
        )  # fmt: skip
        gateway.hold(2)
        objects.wait_condition("idle", "Ready", "FullyAllocated")
        gateway.hold(0)
        (pod,) = objects.pods()
        url = f"http://{pod['status']['podIP']}:8080/_inference/sparse_embedding/idle"
        answer = httpx.post(url, json={"input": "mail"}, trust_env=False, timeout=30)
        assert answer.status_code == httpx.codes.OK
        assert target(objects) == 1
        assert "Overwritten" not in objects.events("idle")
