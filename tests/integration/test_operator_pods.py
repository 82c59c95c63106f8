"""The pod block on a real cluster: what pods get, what is refused, and what is said of it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cases.validation import CASES
from tests.conftest import Kubectl
from tests.integration.objects import Manifest, Objects, an_endpoint, an_object

SAMPLES = Path(__file__).resolve().parents[2] / "manifests" / "samples"
QUIET_SECONDS = 4.0

pytestmark = pytest.mark.usefixtures("allot")


@pytest.fixture
def objects(kubectl: Kubectl, namespace: str) -> Objects:
    return Objects(kubectl, namespace)


@pytest.fixture
def restricted(kubectl: Kubectl, objects: Objects) -> Objects:
    """A namespace that admits only what Pod Security's restricted profile does."""
    label = "pod-security.kubernetes.io/enforce=restricted"
    kubectl("label", "namespace", objects.namespace, label)
    return objects


def with_pod(endpoint: Manifest, **pod: Any) -> Manifest:
    endpoint["spec"]["pod"] = pod
    return endpoint


def a_config_map(name: str) -> Manifest:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"k": "v"}}


def container(pod: Manifest) -> Manifest:
    found: Manifest = pod["spec"]["containers"][0]
    return found


def names(items: list[Manifest]) -> set[str]:
    return {item["name"] for item in items}


def test_a_block_reaches_the_pods_and_what_leaves_it_leaves_them(objects: Objects) -> None:
    block = {
        "labels": {"example.com/team": "search"},
        "annotations": {"example.com/why": "so"},
        "env": [{"name": "GREETING", "value": "hello"}, {"name": "EMPTY", "value": ""}],
        "volumes": [{"name": "words", "configMap": {"name": "words"}}],
        "volumeMounts": [{"name": "words", "mountPath": "/etc/words", "readOnly": True}],
        "tolerations": [{"key": "nobodys", "operator": "Exists"}],
        "resources": {"limits": {"memory": "2048Mi"}},
    }
    objects.apply(a_config_map("words"), with_pod(an_endpoint("placed"), **block))
    objects.wait_ready("placed")

    (pod,) = objects.pods()
    assert pod["metadata"]["labels"]["example.com/team"] == "search"
    assert pod["metadata"]["annotations"]["example.com/why"] == "so"
    assert "GREETING" in names(container(pod)["env"])
    assert "words" in names(pod["spec"]["volumes"])
    assert container(pod)["resources"]["limits"]["memory"] == "2Gi"

    objects.apply(with_pod(an_endpoint("placed"), labels={"example.com/team": "search"}))
    objects.wait(
        lambda: (
            "GREETING" not in names(container(objects.list("deploy")[0]["spec"]["template"])["env"])
        )
    )
    objects.wait(lambda: pod["metadata"]["name"] not in objects.run("get", "pods", "-o", "name"))
    objects.wait_ready("placed")
    (after,) = objects.pods()

    assert after["metadata"]["labels"]["example.com/team"] == "search"
    assert "example.com/why" not in after["metadata"]["annotations"]
    assert "words" not in names(after["spec"]["volumes"])
    assert container(after)["resources"]["limits"]["memory"] == "1472Mi"
    assert "Overwritten" not in objects.events("placed")


def test_every_field_is_taken_by_the_api_server_and_applied_once(objects: Objects) -> None:
    (spec,) = (case.spec for case in CASES if case.title == "every field of the pod block")
    objects.apply(an_object("ModelDeployment", "full", {**spec, "model_id": ".elser_model_2"}))

    # The Deployment is taken whole; its pods miss an account that nobody made.
    _, _, message = objects.wait_condition("full", "Ready", "PodsRefused", kind="mdep")
    assert 'serviceaccount "models" not found' in message
    (before,) = objects.list("deploy")

    for label in ("a=1", "a=2"):
        objects.run("label", "--overwrite", "mdep/full", label)
        time.sleep(QUIET_SECONDS / 2)
    (after,) = objects.list("deploy")
    assert after["metadata"]["generation"] == before["metadata"]["generation"]
    assert "Overwritten" not in objects.events("full")


def test_an_affinity_that_is_none_is_answered_with_the_api_servers_sentence(
    objects: Objects,
) -> None:
    # In asks for values: only the API server knows.
    requirement = {"key": "disk", "operator": "In"}
    terms = {"nodeSelectorTerms": [{"matchExpressions": [requirement]}]}
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}}
    deployment = {"model_id": ".elser_model_2", "pod": {"affinity": affinity}}
    objects.apply(an_object("ModelDeployment", "odd", deployment))

    def is_told() -> bool:
        status, _, message = objects.conditions("odd", "mdep").get("Ready", ("", "", ""))
        return status == "False" and "nodeSelectorTerms[0].matchExpressions[0].values" in message

    objects.wait(is_told)


def test_restricted_pod_security_admits_the_pods_with_and_without_a_block(
    restricted: Objects,
) -> None:
    block = {
        "labels": {"example.com/team": "search"},
        "env": [{"name": "GREETING", "value": "hello"}],
        "volumes": [
            {"name": "words", "configMap": {"name": "words"}},
            {"name": "scratch", "emptyDir": {"sizeLimit": "1Gi"}},
        ],
        "volumeMounts": [{"name": "words", "mountPath": "/etc/words"}],
        "resources": {"requests": {"memory": "1Gi"}},
    }
    restricted.apply(
        a_config_map("words"), an_endpoint("plain"), with_pod(an_endpoint("placed"), **block)
    )

    restricted.wait_ready("plain", "placed")


def test_what_pod_security_forbids_is_told_in_the_endpoints_status(restricted: Objects) -> None:
    volume = {"name": "disk", "hostPath": {"path": "/opt/models"}}
    restricted.apply(with_pod(an_endpoint("forbidden"), volumes=[volume]))

    status, _, message = restricted.wait_condition("forbidden", "Ready", "PodsRefused")

    assert status == "False"
    assert 'violates PodSecurity "restricted' in message
    assert "hostPath" in message
    assert restricted.pods() == []


@pytest.fixture
def tainted_node(kubectl: Kubectl) -> Iterator[None]:
    """A second node that takes no pods, and none of anybody's."""
    node = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": "tainted"},
        "spec": {"taints": [{"key": "gpu", "value": "true", "effect": "NoSchedule"}]},
    }
    kubectl("apply", "-f", "-", input=json.dumps(node))
    yield
    kubectl("delete", "node", "tainted")


def wait_for_words(objects: Objects, name: str, words: str) -> str:
    """Return why an endpoint is not Ready once it is told in these words."""

    def told() -> str:
        _, reason, message = objects.conditions(name).get("Ready", ("", "", ""))
        return message if reason == "Unschedulable" and re.search(words, message) else ""

    found: str = objects.wait(told)
    return found


@pytest.mark.usefixtures("tainted_node")
def test_a_pod_that_fits_nowhere_says_what_the_nodes_lack(objects: Objects) -> None:
    objects.apply(
        with_pod(an_endpoint("choosy", num_threads=32), nodeSelector={"disk": "nobodys"}),
        with_pod(an_endpoint("large"), resources={"requests": {"memory": "1Ti"}}),
    )

    choosy = wait_for_words(objects, "choosy", "taint")
    large = wait_for_words(objects, "large", "taint")

    assert re.search(r"^pod allot-choosy-\S+ fits on no node: ", choosy)
    assert "1 of 2 nodes lies outside the pod's nodeSelector (disk=nobodys)" in choosy
    assert "1 of 2 nodes lacks memory (the pod asks for 1Ti)" in large
    assert "has a taint that the pod does not tolerate" in large
    assert "preemption" not in choosy + large


def test_every_sample_is_taken(kubectl: Kubectl) -> None:
    answer = kubectl("apply", "--dry-run=server", "-f", str(SAMPLES))

    assert len(answer.splitlines()) == len(list(SAMPLES.glob("*.yaml")))
