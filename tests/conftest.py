"""Fixtures used in more than one folder: one real cluster for the whole run."""

from __future__ import annotations

import os
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from allot_local.cluster import LocalCluster
from tests.clusters import ROOT, running

Kubectl = Callable[..., str]

# How long an example takes says more of the machine's other work than of the code.
hypothesis.settings.register_profile("allot", deadline=None)
hypothesis.settings.load_profile("allot")
# Kubernetes' programs and kubectl collect garbage less often: memory is there, a tenth of the CPU
# time is not.
os.environ.setdefault("GOGC", "400")


class KubectlFailed(AssertionError):
    """A kubectl call ended with an error; its text is what kubectl said."""


@pytest.fixture(scope="session")
def local_cluster() -> Iterator[LocalCluster]:
    """Bring up a control plane and a node, and end both after the last test."""
    with (
        tempfile.TemporaryDirectory(prefix="allot-tests-") as root,
        running(f"tests-{os.getpid()}", Path(root)) as cluster,
    ):
        yield cluster


@pytest.fixture(scope="session")
def kubectl(local_cluster: LocalCluster) -> Kubectl:
    """Run kubectl as the administrator, from the checkout's root; returns what it prints."""

    def run(
        *arguments: str,
        input: str | None = None,  # noqa: A002 - subprocess's own word
        timeout: float = 120,
    ) -> str:
        command = [str(local_cluster.kubectl), "--kubeconfig", str(local_cluster.kubeconfig)]
        done = subprocess.run(
            [*command, *arguments],
            input=input,
            capture_output=True,
            text=True,
            timeout=timeout,
            cwd=ROOT,
            check=False,
        )
        if done.returncode:
            raise KubectlFailed(f"kubectl {' '.join(arguments)}: {done.stderr or done.stdout}")
        return done.stdout

    return run


@pytest.fixture
def namespace(kubectl: Kubectl) -> Iterator[str]:
    """Make a namespace for one test, and remove it with all that is in it."""
    name = f"test-{uuid.uuid4().hex[:8]}"
    kubectl("create", "namespace", name)
    # A pod needs it, and the controller that makes it may be a moment later.
    kubectl("wait", "--for=create", "serviceaccount/default", "-n", name, "--timeout=30s")
    yield name
    kubectl("delete", "namespace", name, "--wait=false")
