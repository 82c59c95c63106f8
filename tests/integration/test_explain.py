"""`allot explain`, as a person types it, about an endpoint of a real cluster."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from allot_api.names import decisions_name
from allot_local.cluster import LocalCluster
from tests.conftest import Kubectl
from tests.integration.objects import Objects, an_endpoint

pytestmark = pytest.mark.usefixtures("allot")


@pytest.fixture
def objects(kubectl: Kubectl, namespace: str) -> Objects:
    return Objects(kubectl, namespace)


def explain(kubeconfig: Path, *arguments: str) -> tuple[int, str]:
    """Return the exit code, and what was said: the errors if there are any."""
    done = subprocess.run(
        [sys.executable, "-m", "allot_cli", "explain", *arguments],
        env={**os.environ, "KUBECONFIG": str(kubeconfig), "COLUMNS": "400"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stderr or done.stdout


def test_it_tells_the_story_of_an_endpoint(objects: Objects, local_cluster: LocalCluster) -> None:
    here, config = ("--namespace", objects.namespace), local_cluster.kubeconfig
    objects.apply(an_endpoint("explained"))
    objects.wait_ready("explained")
    code, before = explain(config, "explained", *here)
    assert code == 0
    assert f"in ConfigMap {decisions_name('explained')}" in before

    objects.apply(an_endpoint("explained", num_allocations=2))
    objects.wait(lambda: objects.allocations("explained")[:2] == (2, 2))
    objects.wait(lambda: objects.names("configmaps")[1:])
    _, story = explain(config, "explained", *here)
    _, lines = explain(config, "explained", *here, "--output", "tsv")
    missed, near = explain(config, "explaind", *here)

    assert "2 allocations, 2 are ready; num_allocations is 2; a fixed number" in story
    assert "AsAsked" in story
    assert "of InferenceEndpoint explained sets it" in story
    assert [line.split("\t")[1:4] for line in lines.splitlines()] == [
        ["from", "to", "policy"],
        ["1", "2", "num_allocations"],
    ]
    assert missed == 1
    assert "is it explained" in near


def test_a_cluster_that_is_away_is_said_in_one_line(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text(
        "{apiVersion: v1, kind: Config, current-context: c, users: [{name: u, user: {}}],"
        " contexts: [{name: c, context: {cluster: c, user: u}}],"
        ' clusters: [{name: c, cluster: {server: "http://127.0.0.1:9"}}]}'
    )

    code, said = explain(config, "any")

    assert code == 1
    assert said.startswith("allot: http://127.0.0.1:9 cannot be reached")
    assert len(said.splitlines()) == 1
