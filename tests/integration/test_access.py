"""Keys as a person makes them, and model pods that answer those only who show a token."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys

import httpx
import pytest

from allot_api.api_keys import parse_api_key
from allot_local.cluster import LocalCluster
from tests.conftest import Kubectl, KubectlFailed
from tests.integration.objects import Objects, an_endpoint


@pytest.fixture
def objects(kubectl: Kubectl, namespace: str) -> Objects:
    return Objects(kubectl, namespace)


def key(
    cluster: LocalCluster, *arguments: str, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "allot_cli", "key", *arguments],
        env={**os.environ, "KUBECONFIG": str(cluster.kubeconfig)},
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_key_is_printed_once_listed_and_deleted(
    objects: Objects, local_cluster: LocalCluster
) -> None:
    here = ("--namespace", objects.namespace)
    made = key(local_cluster, "create", "app", "--group", "searchers", "--expires-in", "90d", *here)
    again = key(local_cluster, "create", "app", *here)
    person = key(
        local_cluster,
        "create",
        "bob@example.org",
        "--user",
        "bob",
        "--password-stdin",
        *here,
        typed="correct horse battery\n",
    )

    identifier, _, secret = base64.b64decode(made.stdout).decode().partition(":")
    (kept,) = [
        parse_api_key(item)
        for item in objects.list("secrets")
        if item["metadata"]["name"].startswith("allot-key-app-")
    ]
    assert (identifier, kept.user, kept.groups) == ("app", "allot:api-key:app", ("searchers",))
    assert kept.hash.matches(secret.encode())
    assert (again.returncode, again.stdout) == (1, "")
    assert "allot key delete app" in again.stderr
    assert (person.returncode, person.stdout) == (0, "")

    listed = key(local_cluster, "list", "-o", "tsv", *here).stdout
    assert [line.split("\t")[0] for line in listed.splitlines()] == ["id", "app", "bob@example.org"]
    assert secret not in listed

    assert key(local_cluster, "delete", "app", *here).returncode == 0
    assert key(local_cluster, "delete", "app", *here).returncode == 1


@pytest.mark.usefixtures("allot")
def test_pods_of_a_guarded_namespace_answer_the_operator_and_no_stranger(objects: Objects) -> None:
    objects.run("create", "secret", "generic", "allot-pod-token", "--from-literal=token=secret")
    objects.run("apply", "-k", "manifests/model-pods")
    objects.apply(an_endpoint("guarded"))
    # Ready is what the operator says of a pod whose /stats it could read.
    objects.wait_ready("guarded")
    (pod,) = objects.list("pods")
    address, shown = f"http://{pod['status']['podIP']}:8080", {"Authorization": "Bearer secret"}
    body = {"input": "a cat"}

    with httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
        refused = client.post("/_inference/guarded", json=body)
        answered = client.post("/_inference/guarded", json=body, headers=shown)

        assert refused.status_code == 401
        assert json.loads(refused.content)["error"]["type"] == "security_exception"
        assert answered.status_code == 200
        assert client.get("/stats").status_code == 401
        assert client.get("/stats", headers=shown).status_code == 200
        for path in ("/livez", "/readyz", "/metrics"):
            assert client.get(path).status_code == 200


@pytest.mark.usefixtures("allot")
def test_a_role_that_ships_lets_a_keys_group_infer(objects: Objects) -> None:
    objects.run(
        "create", "rolebinding", "searchers", "--clusterrole=allot-inference-user",
        "--group=searchers",
    )  # fmt: skip
    asked = ("auth", "can-i", "infer", "inferenceendpoints/my-e5-endpoint")
    as_key = ("--as", "allot:api-key:app")

    assert objects.run(*asked, *as_key, "--as-group", "searchers").strip().endswith("yes")
    with pytest.raises(KubectlFailed):
        objects.run(*asked, *as_key)


def test_a_pods_token_is_changed_by_two_patches(objects: Objects) -> None:
    def tokens() -> dict[str, bytes]:
        data = objects.get("secret", "allot-pod-token")["data"]
        return {name: base64.b64decode(value) for name, value in data.items()}

    objects.run("create", "secret", "generic", "allot-pod-token", "--from-literal=token=old")

    both = '{"stringData": {"previous": "old", "token": "new"}}'
    objects.run("patch", "secret", "allot-pod-token", "-p", both)
    assert tokens() == {"previous": b"old", "token": b"new"}

    without = '[{"op": "remove", "path": "/data/previous"}]'
    objects.run("patch", "secret", "allot-pod-token", "--type=json", "-p", without)
    assert tokens() == {"token": b"new"}
