"""Requests to an endpoint at zero: held, answered by one cold start, in order, none lost."""

from __future__ import annotations

import json
import logging
import os
import signal
import time
from collections.abc import Iterator
from datetime import datetime

import pytest

from allot_local.clock import now
from allot_local.cluster import LocalCluster
from allot_local.progress import silent
from tests.conftest import Kubectl
from tests.integration.audit import Write, read_writes
from tests.integration.loads import Outcome, burst, constant_load
from tests.integration.objects import Manifest, Objects, an_endpoint

logger = logging.getLogger(__name__)

SYSTEM = "allot-system"
GATEWAY = f"system:serviceaccount:{SYSTEM}:allot-gateway"
REQUESTS = 200
# So long that connections arrive in the order in which they are opened, also where others compute.
PAUSE = 0.02
DEADLINE = "60s"
# Some 50 tokens: eight of them are a pass of the runtime with one thread (384 tokens).
TEXT = "a password for the mail of my old account at the bank and for the letters " * 3
PASS_REQUESTS = 8
# A gateway has one pass at a pod and the next made ready, each in no order of its own; and what
# two requests of one pass do on their way here nobody orders.
OVERTAKEN = 3 * PASS_REQUESTS
AWAY_SECONDS = 5.0


@pytest.fixture(scope="module")
def space(kubectl: Kubectl, gateway: str) -> Iterator[Objects]:
    """One namespace for the file: an endpoint goes to zero by itself only once a minute."""
    name = "from-zero"
    kubectl("create", "namespace", name)
    kubectl("wait", "--for=create", "serviceaccount/default", "-n", name, "--timeout=30s")
    yield Objects(kubectl, name)
    kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture(scope="module")
def replicas(kubectl: Kubectl, gateway: str) -> list[str]:
    """The addresses of the gateway's two replicas, of which neither knows what the other has."""
    selector = "app.kubernetes.io/name=allot-gateway"
    found = json.loads(kubectl("get", "pods", "-n", SYSTEM, "-l", selector, "-o", "json"))["items"]
    serving = [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]
    assert len(serving) == 2
    return [f"http://{pod['status']['podIP']}:9200" for pod in serving]


@pytest.fixture(scope="module")
def idle(space: Objects) -> str:
    """An endpoint that went to zero because nobody asked for it."""
    endpoint = an_endpoint(
        "idle",
        adaptive_allocations={
            "enabled": True,
            "min_number_of_allocations": 0,
            "max_number_of_allocations": 1,
        },
    )
    endpoint["spec"]["scaling"] = {"scale_to_zero_after": "1m"}
    space.apply(endpoint)
    space.wait_ready("idle")
    space.wait_condition("idle", "Ready", "ScaledToZero")
    wait_for_nothing(space)
    return "idle"


@pytest.fixture
def no_operator(kubectl: Kubectl, idle: str) -> Iterator[None]:
    """Take the operator's pod away for one test."""
    scale = ("scale", "deployment/allot-operator", "-n", SYSTEM)
    kubectl(*scale, "--replicas=0")
    kubectl("wait", "--for=delete", "pod", "-l", "app.kubernetes.io/name=allot-operator",
            "-n", SYSTEM, "--timeout=60s")  # fmt: skip
    yield
    kubectl(*scale, "--replicas=1")
    kubectl("rollout", "status", "deployment/allot-operator", "-n", SYSTEM, "--timeout=120s")


@pytest.fixture
def api_server_comes_back(local_cluster: LocalCluster) -> Iterator[None]:
    yield
    local_cluster.up(silent)


def wait_for_nothing(space: Objects) -> None:
    space.wait(lambda: space.list("pods") == [])


def workload(space: Objects) -> Manifest:
    (found,) = space.list("deploy")
    return found


def urls_of(replicas: list[str], space: Objects, name: str) -> list[str]:
    path = f"/{space.namespace}/_inference/sparse_embedding/{name}?timeout={DEADLINE}"
    return [f"{replica}{path}" for replica in replicas]


def gateway_writes(cluster: LocalCluster, space: Objects, since: datetime) -> list[Write]:
    """Return what the gateways wrote to the namespace, refused attempts included."""
    return [
        write
        for write in read_writes(cluster, since)
        if write.user == GATEWAY and write.namespace == space.namespace
    ]


def most_overtaken(outcomes: list[Outcome]) -> int:
    """Return by how many later ones of its replica a request was overtaken at most."""
    return max(
        sum(
            1
            for later in outcomes
            if later.url == one.url and later.number > one.number and later.ended < one.ended
        )
        for one in outcomes
    )


def assert_one_cold_start(
    space: Objects, cluster: LocalCluster, outcomes: list[Outcome], since: datetime
) -> None:
    """All are answered, in order, by one pod that one gateway asked for once."""
    assert [one for one in outcomes if one.status != 200] == []
    assert len(outcomes) == REQUESTS
    logger.info("most overtaken: %d", most_overtaken(outcomes))
    assert most_overtaken(outcomes) <= OVERTAKEN
    assert workload(space)["spec"]["replicas"] == 1
    (pod,) = space.list("pods")
    assert pod["status"]["containerStatuses"][0]["restartCount"] == 0
    writes = gateway_writes(cluster, space, since)
    assert [(one.resource, one.code) for one in writes if one.code < 400] == [
        ("deployments/scale", 200)
    ]
    # The other may have tried, and been told that somebody was there before.
    assert {one.code for one in writes} <= {200, 409}


def test_two_gateways_hold_what_comes_and_start_one_allocation(
    space: Objects, replicas: list[str], idle: str, local_cluster: LocalCluster
) -> None:
    since = now()

    outcomes = burst(urls_of(replicas, space, idle), REQUESTS, PAUSE, TEXT)

    assert_one_cold_start(space, local_cluster, outcomes, since)


def test_the_same_while_the_operator_is_away(
    no_operator: None,
    space: Objects,
    replicas: list[str],
    idle: str,
    local_cluster: LocalCluster,
) -> None:
    # Nobody is there who would set it back.
    space.run("scale", f"deployment/{workload(space)['metadata']['name']}", "--replicas=0")
    wait_for_nothing(space)
    since = now()

    outcomes = burst(urls_of(replicas, space, idle), REQUESTS, PAUSE, TEXT)

    assert_one_cold_start(space, local_cluster, outcomes, since)


def test_requests_flow_while_the_api_server_is_away(
    space: Objects,
    replicas: list[str],
    idle: str,
    local_cluster: LocalCluster,
    api_server_comes_back: None,
) -> None:
    url, _ = urls_of(replicas, space, idle)
    # Held, if nothing is there yet.
    assert [one.status for one in burst([url], 1, 0, TEXT)] == [200]
    server = next(one for one in local_cluster.status() if one.name == "kube-apiserver")
    assert server.pid is not None

    os.kill(server.pid, signal.SIGKILL)
    with constant_load(url, clients=4, pause=0.02) as load:
        time.sleep(AWAY_SECONDS)

    assert not next(one for one in local_cluster.status() if one.name == "kube-apiserver").is_ready
    assert load.failed == []
    assert load.answers >= 100
