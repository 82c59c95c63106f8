"""Uninstalling never blocks: no finalizer anywhere, in whichever order things are deleted."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from allot_local.cluster import LocalCluster
from tests.clusters import ROOT, running
from tests.integration.objects import OWNED, an_endpoint

ENDPOINTS = ("one", "two", "three")
# What the operator makes, and what is made of that.
MADE = "deploy,rs,svc,pdb"
NO_PODS = {
    "apiVersion": "v1",
    "kind": "ResourceQuota",
    "metadata": {"name": "no-pods"},
    "spec": {"hard": {"pods": "0"}},
}
# No deletion may take longer, on a busy machine.
GONE_SECONDS = 60.0


class Cluster:
    """A cluster of this module's own, since its last act is to remove Allot."""

    def __init__(self, cluster: LocalCluster) -> None:
        self._command = [str(cluster.kubectl), "--kubeconfig", str(cluster.kubeconfig)]

    def kubectl(self, *arguments: str, text: str | None = None) -> str:
        """Run kubectl, and return what it prints; a deletion that hangs fails."""
        done = subprocess.run(
            [*self._command, *arguments],
            input=text,
            capture_output=True,
            text=True,
            timeout=GONE_SECONDS,
            cwd=ROOT,
            check=False,
        )
        assert done.returncode == 0, f"kubectl {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    def install(self, *namespaces: str) -> None:
        """Install Allot, and endpoints in namespaces that take no pods."""
        self.kubectl("apply", "-k", "manifests/base")
        self.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
        self.kubectl("apply", "-k", "manifests/models/offline")
        for namespace in namespaces:
            self.kubectl("create", "namespace", namespace)
            items = [NO_PODS, *(an_endpoint(name) for name in ENDPOINTS)]
            document = json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
            self.kubectl("apply", "-n", namespace, "-f", "-", text=document)
        for namespace in namespaces:
            self.wait(lambda one=namespace: len(self.names("deploy", one)) == len(ENDPOINTS))

    def names(self, kinds: str, namespace: str) -> list[str]:
        """Return kind and name of all objects of some kinds."""
        return self.kubectl("get", kinds, "-n", namespace, "-o", "name").split()

    def wait(self, what: Callable[[], bool]) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + GONE_SECONDS
        while not what():
            assert time.monotonic() < deadline, self.kubectl("get", MADE, "-A")
            time.sleep(0.2)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with (
        tempfile.TemporaryDirectory(prefix="allot-uninstall-") as root,
        running(f"uninstall-{os.getpid()}", Path(root)) as local,
    ):
        yield Cluster(local)


@pytest.fixture(scope="module")
def without_operator(cluster: Cluster) -> Cluster:
    """Allot with endpoints that were seen, whose operator has been deleted since."""
    cluster.install("kept", "doomed")
    cluster.kubectl("wait", "--for=condition=Accepted", "ie/three", "-n", "kept", "--timeout=30s")
    operator = ("deploy/allot-operator", "-n", "allot-system")
    cluster.kubectl("delete", *operator, "--cascade=foreground")
    return cluster


def test_nothing_of_allots_carries_a_finalizer(without_operator: Cluster) -> None:
    listed = json.loads(without_operator.kubectl("get", OWNED, "-A", "-o", "json"))["items"]

    assert len(listed) > 4 * len(ENDPOINTS)
    assert [item for item in listed if "finalizers" in item["metadata"]] == []


def test_wait_takes_no_former_generation_for_the_one_that_was_applied(
    without_operator: Cluster,
) -> None:
    endpoint = ("ie/three", "-n", "kept")
    changed = json.dumps({"spec": {"chunking_settings": {"strategy": "none"}}})
    without_operator.kubectl("patch", *endpoint, "--type=merge", "-p", changed)

    with pytest.raises(AssertionError, match="timed out"):
        without_operator.kubectl("wait", "--for=condition=Accepted", *endpoint, "--timeout=1s")


def test_with_the_operator_gone_everything_goes_when_it_is_told_to(
    without_operator: Cluster,
) -> None:
    cluster = without_operator
    cluster.kubectl("delete", "ie", "one", "-n", "kept", "--cascade=foreground")
    cluster.kubectl("delete", "ie", "two", "-n", "kept", "--cascade=background")
    cluster.wait(lambda: len(cluster.names("mdep,deploy", "kept")) == 2)
    cluster.kubectl("delete", "namespace", "doomed", "allot-system")
    # The third endpoint goes with its kind, and what was made for it follows.
    cluster.kubectl("delete", "-k", "crds")
    cluster.wait(lambda: cluster.names(MADE, "kept") == [])


def test_operator_and_kinds_can_be_deleted_in_one_go(cluster: Cluster) -> None:
    cluster.install("again")

    cluster.kubectl("delete", "-k", "manifests/base", "--ignore-not-found")

    cluster.wait(lambda: cluster.names(MADE, "again") == [])
    assert "allot" not in cluster.kubectl("get", "crd,namespace,clusterrole", "-o", "name")
