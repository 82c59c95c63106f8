"""The main job, by the command that the README names, on the real control plane."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from elasticsearch import Elasticsearch

from allot_cli.demo.gateway import namespace_url, reach_gateway
from allot_cli.demo.inference import DENSE, ask
from allot_cli.kubectl import Kubectl as BoundKubectl
from allot_local.clock import now
from allot_local.cluster import LocalCluster
from tests.clusters import ROOT
from tests.conftest import Kubectl, KubectlFailed
from tests.integration.audit import GATEWAY, OPERATOR, read_writes, wait_for_silence
from tests.integration.objects import OWNED

NAMESPACE = "allot-demo"
# docs/gitops.md has the command for ten minutes.
QUIET_SECONDS = float(os.environ.get("ALLOT_QUIET_SECONDS", "30"))
EXAMPLES = 8


@pytest.fixture(scope="module")
def demo(local_cluster: LocalCluster, kubectl: Kubectl, allot: None) -> Iterator[str]:
    """Run `allot demo --context` on the tests' cluster; yields what it printed."""
    folder = local_cluster.kubectl.parent
    environment = os.environ | {
        "KUBECONFIG": str(local_cluster.kubeconfig),
        "PATH": f"{folder}:{os.environ['PATH']}",
        "COLUMNS": "160",
    }
    context = kubectl("config", "current-context").strip()
    done = subprocess.run(
        [sys.executable, "-m", "allot_cli", "demo", "--context", context],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    yield done.stdout
    kubectl("delete", "namespace", NAMESPACE, timeout=180)


@pytest.fixture
def bound(local_cluster: LocalCluster) -> BoundKubectl:
    return BoundKubectl(str(local_cluster.kubectl), kubeconfig=local_cluster.kubeconfig)


def test_the_demo_ends_with_a_vector_tokens_and_a_ranking(demo: str) -> None:
    assert "384 dimensions" in demo
    assert "tokens" in demo
    assert "1. " in demo
    assert "How to go on:" in demo


def test_the_ranking_puts_the_answer_first(demo: str) -> None:
    first = next(line for line in demo.splitlines() if line.strip().startswith("1. "))

    assert "Proxima Centauri" in first


def test_every_example_is_ready(demo: str, kubectl: Kubectl) -> None:
    said = kubectl("wait", "--for=condition=Ready", "ie", "--all", "-n", NAMESPACE, "--timeout=60s")

    assert said.count("condition met") == EXAMPLES


def test_get_shows_the_columns_an_engineer_asks_for(demo: str, kubectl: Kubectl) -> None:
    lines = kubectl("get", "ie", "-n", NAMESPACE).splitlines()

    assert lines[0].split() == [
        "NAME", "TASK", "MODEL", "READY", "REASON", "ALLOCATIONS", "TARGET", "AGE",
    ]  # fmt: skip
    assert all("FullyAllocated" in line for line in lines[1:])


def test_get_wide_adds_threads_bounds_and_the_models_state(demo: str, kubectl: Kubectl) -> None:
    header = kubectl("get", "ie", "-n", NAMESPACE, "-o", "wide").splitlines()[0]

    assert [
        word for word in ("THREADS", "MIN", "MAX", "MODEL STATE", "URL") if word not in header
    ] == []


def test_get_lists_all_kinds_together(demo: str, kubectl: Kubectl) -> None:
    listed = kubectl("get", "ie,mdep,deploy,pods", "-n", NAMESPACE, "-o", "name")

    for kind in ("inferenceendpoint", "modeldeployment", "deployment.apps", "pod/"):
        assert kind in listed


def test_describe_tells_the_endpoints_story(demo: str, kubectl: Kubectl) -> None:
    story = kubectl("describe", "ie", "my-elser-endpoint", "-n", NAMESPACE)

    events = story.partition("Events:")[2]
    assert "Accepted" in events
    assert "FullyAllocated" in events


def test_explain_describes_the_settings(demo: str, kubectl: Kubectl) -> None:
    explained = kubectl("explain", "ie.spec.service_settings")

    for field in ("num_threads", "num_allocations", "adaptive_allocations", "model_id"):
        assert field in explained


def test_logs_of_operator_and_model_pods_are_read_by_kubectl(demo: str, kubectl: Kubectl) -> None:
    pods = kubectl("get", "pods", "-n", NAMESPACE, "-o", "name").split()

    assert kubectl("logs", pods[0], "-n", NAMESPACE, "--tail=20")
    assert kubectl("logs", "deployment/allot-operator", "-n", "allot-system", "--tail=20")


@pytest.fixture
def gateway(demo: str, bound: BoundKubectl) -> Iterator[str]:
    """The base URL of the demo's endpoints."""
    with reach_gateway(bound) as base_url:
        yield namespace_url(base_url, NAMESPACE)


def test_elasticsearchs_own_client_infers_through_the_gateway(gateway: str) -> None:
    with Elasticsearch(gateway) as client:
        answer = client.inference.sparse_embedding(
            inference_id="my-elser-endpoint", input=["a password for my mail"]
        )

    weights = answer["sparse_embedding"][0]["embedding"]
    assert weights["password"] > 0
    assert list(weights.values()) == sorted(weights.values(), reverse=True)


def test_the_demos_client_may_ask_and_do_no_more(demo: str, kubectl: Kubectl) -> None:
    client = f"system:serviceaccount:{NAMESPACE}:allot-demo"
    asked = ("auth", "can-i", "--as", client, "-n", NAMESPACE)
    endpoints = "inferenceendpoints.inference.allot.dev"

    assert kubectl(*asked, "infer", endpoints).strip() == "yes"
    with pytest.raises(KubectlFailed):
        kubectl(*asked, "delete", endpoints)


def inference_id(endpoint: dict[str, Any]) -> str:
    """Return the id that an endpoint claims."""
    return str(endpoint["spec"].get("inference_id", endpoint["metadata"]["name"]))


def test_every_endpoints_url_is_the_gateways(demo: str, kubectl: Kubectl) -> None:
    items = json.loads(kubectl("get", "ie", "-n", NAMESPACE, "-o", "json"))["items"]

    base = f"http://allot-gateway.allot-system.svc:9200/{NAMESPACE}/_inference"
    assert {item["status"]["url"] for item in items} == {
        f"{base}/{item['spec']['task_type']}/{inference_id(item)}" for item in items
    }


@pytest.fixture(scope="module")
def quiet_since(demo: str, local_cluster: LocalCluster) -> datetime:
    """From when on nothing but reads and applies of the same manifests happens."""
    return wait_for_silence(local_cluster)


def test_diff_finds_nothing_in_what_was_installed(quiet_since: datetime, kubectl: Kubectl) -> None:
    assert kubectl("diff", "-k", "manifests/overlays/offline") == ""


# One way after the other: kubectl itself writes its annotation otherwise in each.
@pytest.mark.parametrize("way", [(), ("--server-side",)], ids=["client-side", "server-side"])
def test_ten_applies_leave_every_object_as_it_was_and_diff_finds_nothing(
    way: tuple[str, ...], quiet_since: datetime, kubectl: Kubectl
) -> None:
    examples = (*way, "-n", NAMESPACE, "-f", "manifests/examples")
    kubectl("apply", *examples)
    before = versions(kubectl)

    for _ in range(10):
        kubectl("apply", *examples)

    assert len(before) > 5 * EXAMPLES
    assert versions(kubectl) == before
    assert kubectl("diff", *examples) == ""


def versions(kubectl: Kubectl) -> dict[str, str]:
    """The resourceVersion of everything that is served from and made for."""
    items = json.loads(kubectl("get", OWNED, "-n", NAMESPACE, "-o", "json"))["items"]
    return {
        f"{item['kind']}/{item['metadata']['name']}": item["metadata"]["resourceVersion"]
        for item in items
    }


# Run alone, it brings up the cluster and the demo too.
@pytest.mark.timeout(QUIET_SECONDS + 300)
def test_operator_and_gateway_of_a_quiet_cluster_write_nothing_but_their_leases(
    quiet_since: datetime, local_cluster: LocalCluster, kubectl: Kubectl, gateway: str
) -> None:
    # With constant load, which is no change either.
    while (now() - quiet_since).total_seconds() < QUIET_SECONDS:
        ask(gateway, DENSE)
        time.sleep(0.5)
    kubectl("create", "configmap", "end-of-silence", "-n", NAMESPACE)

    everything = read_writes(local_cluster)
    writes = [write for write in everything if write.at >= quiet_since]
    lease = json.loads(
        kubectl("get", "lease", "allot-operator", "-n", "allot-system", "-o", "json")
    )
    assert "end-of-silence" in {write.name for write in writes}
    assert "inferenceendpoints/status" in {
        write.resource for write in everything if write.user == OPERATOR
    }
    assert datetime.fromisoformat(lease["spec"]["renewTime"]) > quiet_since
    assert [write for write in writes if write.user in (OPERATOR, GATEWAY)] == []


def test_the_gateway_says_that_it_is_elasticsearchs_product(gateway: str) -> None:
    answer = httpx.get(f"{gateway.removesuffix(f'/{NAMESPACE}')}/readyz", trust_env=False)

    assert answer.status_code == 200
    assert answer.headers["X-Elastic-Product"] == "Elasticsearch"


def test_manifests_lie_where_the_readme_says() -> None:
    assert len(list(Path(ROOT, "manifests", "examples").glob("*.yaml"))) >= EXAMPLES
