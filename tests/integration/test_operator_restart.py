"""A restart of the operator changes nothing: shown by every object's resourceVersion."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from allot_local.cluster import LocalCluster
from tests.conftest import Kubectl
from tests.integration.objects import Objects, an_endpoint

QUIET_SECONDS = 15
SYSTEM = "allot-system"


@pytest.fixture
def objects(kubectl: Kubectl, namespace: str) -> Objects:
    return Objects(kubectl, namespace)


@pytest.fixture
def no_operator(kubectl: Kubectl, allot: None) -> Iterator[None]:
    """Take the operator's pod away for one test."""
    scale = ("scale", "deployment/allot-operator", "-n", SYSTEM)
    kubectl(*scale, "--replicas=0")
    kubectl("wait", "--for=delete", "pod", "-l", "app.kubernetes.io/name=allot-operator",
            "-n", SYSTEM, "--timeout=60s")  # fmt: skip
    yield
    kubectl(*scale, "--replicas=1")
    kubectl("rollout", "status", "deployment/allot-operator", "-n", SYSTEM, "--timeout=120s")


@contextmanager
def local_operator(
    cluster: LocalCluster, log: Path, end: signal.Signals = signal.SIGTERM
) -> Iterator[None]:
    """Run the operator as a process of this machine, ended by a signal."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "allot_operator", "--port", "0",
             "--kubeconfig", str(cluster.kubeconfig)],
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            stdout=output,
            stderr=output,
        )  # fmt: skip
    try:
        yield
        process.send_signal(end)
        assert process.wait(timeout=30) == (0 if end is signal.SIGTERM else -end)
    finally:
        process.kill()
        process.wait()


def holder(kubectl: Kubectl) -> str:
    lease = json.loads(kubectl("get", "lease", "allot-operator", "-n", SYSTEM, "-o", "json"))
    identity: str = lease["spec"].get("holderIdentity") or ""
    return identity


def wait_for_holder(kubectl: Kubectl) -> str:
    deadline = time.monotonic() + 60
    while not (identity := holder(kubectl)):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return identity


def test_stopping_and_starting_the_operator_writes_to_nothing_but_its_lease(
    no_operator: None,
    objects: Objects,
    local_cluster: LocalCluster,
    kubectl: Kubectl,
    tmp_path: Path,
) -> None:
    log = tmp_path / "operator.log"
    with local_operator(local_cluster, log):
        first = wait_for_holder(kubectl)
        objects.apply(an_endpoint("kept"), an_endpoint("refused", model_id="no-such-model"))
        objects.wait_ready("kept")
        objects.wait_condition("refused", "Accepted", "ModelNotFound")
        time.sleep(QUIET_SECONDS)
        before = objects.versions()
    assert holder(kubectl) == ""

    with local_operator(local_cluster, log):
        second = wait_for_holder(kubectl)
        time.sleep(QUIET_SECONDS)
        after = objects.versions()

    assert first != second
    assert len(before) > 8
    assert after == before, log.read_text()


def test_an_operator_that_was_killed_is_followed_by_one_that_finds_what_changed(
    no_operator: None,
    objects: Objects,
    local_cluster: LocalCluster,
    kubectl: Kubectl,
    tmp_path: Path,
) -> None:
    log = tmp_path / "operator.log"
    with local_operator(local_cluster, log, signal.SIGKILL):
        wait_for_holder(kubectl)
        objects.apply(an_endpoint("kept"))
        objects.wait_ready("kept")
        (pod,) = objects.pods()

    assert holder(kubectl) != ""
    objects.apply(an_endpoint("kept", num_allocations=2))
    with local_operator(local_cluster, log):
        objects.wait(lambda: objects.allocations("kept") == (2, 2, "fully_allocated"))

    assert pod["metadata"]["uid"] in {one["metadata"]["uid"] for one in objects.pods()}
