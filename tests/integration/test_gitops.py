"""Allot beside other tools: readers of health, other writers, autoscalers, deletion."""

from __future__ import annotations

import json
import re
import shlex
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from allot_api.names import DEPLOYMENT_PREFIX, derived_name
from allot_local.clock import now
from allot_local.cluster import LocalCluster
from tests.cases.argo_cd import SCRIPTS, health_of
from tests.clusters import ROOT
from tests.conftest import Kubectl
from tests.integration.audit import OPERATOR, read_writes
from tests.integration.objects import Manifest, Objects, an_endpoint, an_object
from tests.kstatus.judging import kstatus_of

pytestmark = pytest.mark.usefixtures("autoscaler")

GUIDE = ROOT / "docs" / "gitops.md"
AUTOSCALING = ROOT / "manifests" / "gitops" / "autoscaling"
# The namespace takes no pods, so what is about objects alone starts none.
NO_PODS = {
    "apiVersion": "v1",
    "kind": "ResourceQuota",
    "metadata": {"name": "no-pods"},
    "spec": {"hard": {"pods": "0"}},
}
TEAM = "team-search"
WHOLE = ("-o", "json", "--show-managed-fields")
MARK = {"labels": {"team": "search"}, "annotations": {"example.org/owner": "search"}}


def new_namespace(kubectl: Kubectl) -> str:
    name = f"gitops-{uuid.uuid4().hex[:8]}"
    kubectl("create", "namespace", name)
    kubectl("wait", "--for=create", "serviceaccount/default", "-n", name, "--timeout=30s")
    return name


@pytest.fixture(scope="module")
def objects(kubectl: Kubectl, allot: None) -> Iterator[Objects]:
    """A namespace in which no pod ever starts."""
    name = new_namespace(kubectl)
    found = Objects(kubectl, name)
    found.apply(NO_PODS)
    yield found
    kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture(scope="module")
def served(kubectl: Kubectl, allot: None) -> Iterator[Objects]:
    """A namespace with an endpoint that serves, and a deployment at zero that others scale."""
    name = new_namespace(kubectl)
    found = Objects(kubectl, name)
    found.apply(an_endpoint("kept"), an_external_deployment("by-hand", replicas=0))
    found.wait_ready("kept")
    yield found
    kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture
def argo_cd(kubectl: Kubectl) -> Iterator[str]:
    """The namespace of Argo CD."""
    kubectl("create", "namespace", "argocd")
    yield "argocd"
    kubectl("delete", "namespace", "argocd", "--wait=false")


@pytest.fixture(scope="module")
def autoscaler(objects: Objects) -> None:
    """An autoscaler, made first: its controller looks at it after a quarter of a minute."""
    target = yaml.safe_load((AUTOSCALING / "model-deployment.yaml").read_text())
    scaler = yaml.safe_load((AUTOSCALING / "horizontal-pod-autoscaler.yaml").read_text())
    # Without a metrics server, only a bound makes the controller scale.
    scaler["spec"]["minReplicas"] = 2
    objects.apply(target, scaler)


def an_external_deployment(name: str, **spec: Any) -> Manifest:
    whole = {"model_id": ".elser_model_2", "scaling": {"policy": "external"}, **spec}
    return an_object("ModelDeployment", name, whole)


def made_names(inference_id: str) -> tuple[str, str]:
    """The names of what is made for an endpoint: its ModelDeployment, and that one's Deployment."""
    return derived_name(inference_id), derived_name(inference_id, DEPLOYMENT_PREFIX)


def apply_by(objects: Objects, manager: str, manifest: Manifest) -> Manifest:
    """Apply as another field manager, and return the object as the API server answers it."""
    command = ("apply", "--server-side", "--field-manager", manager, "-o", "json", "-f", "-")
    answer: Manifest = json.loads(objects.run(*command, input=json.dumps(manifest)))
    return answer


def health(manifest: Manifest) -> tuple[str, str, str]:
    """Flux's word, Argo CD's, and the message that Argo CD shows."""
    ((status, _),) = kstatus_of([manifest])
    return status, *health_of(manifest)


SEEN = "Allot has not seen this generation yet"


def test_readers_of_health_understand_what_the_api_server_holds(
    objects: Objects, served: Objects, kubectl: Kubectl
) -> None:
    mdep, _ = made_names("kept")
    model = kubectl("get", "tm", "elser-model-2", "-n", "allot-system", "-o", "json")
    new = apply_by(objects, TEAM, an_endpoint("refused", model_id="nobodys"))
    objects.wait_condition("refused", "Accepted", "ModelNotFound")
    refused = objects.get("ie", "refused")
    chunking = {"spec": {"chunking_settings": {"strategy": "none"}}}
    patch = ("patch", "ie", "kept", "--type=merge", "-o", "json", "-p", json.dumps(chunking))

    assert health(served.get("ie", "kept")) == (
        "Current",
        "Healthy",
        "1 of 1 allocations are ready",
    )
    assert health(served.get("mdep", mdep))[:2] == ("Current", "Healthy")
    assert health(json.loads(model))[:2] == ("Current", "Healthy")
    assert health(new) == ("InProgress", "Progressing", SEEN)
    assert health(refused)[:2] == ("InProgress", "Progressing")
    assert health(refused)[2].startswith("ModelNotFound: no TrainedModel has the model_id")
    assert health(json.loads(served.run(*patch))) == ("InProgress", "Progressing", SEEN)
    served.wait_condition("by-hand", "Ready", "ScaledToZero", kind="mdep")
    # A gateway would start it again, so nothing is amiss once the operator has seen its Lease.
    served.wait(lambda: health(served.get("mdep", "by-hand"))[:2] == ("Current", "Healthy"))


def test_argo_cds_own_settings_stay_beside_the_health_scripts(
    argo_cd: str, kubectl: Kubectl
) -> None:
    manifest = yaml.safe_load(SCRIPTS.read_text())
    theirs = manifest | {"data": {"url": "https://argocd.example.com"}}
    kubectl("apply", "-f", "-", input=json.dumps(theirs))

    (command,) = re.findall(r"^kubectl (patch .+health\.yaml)$", GUIDE.read_text(), re.MULTILINE)
    kubectl(*shlex.split(command))

    merged = json.loads(kubectl("get", "configmap", "argocd-cm", "-n", argo_cd, "-o", "json"))
    assert merged["data"] == {**theirs["data"], **manifest["data"]}


def test_fields_of_other_managers_stay(objects: Objects) -> None:
    mdep, deploy = made_names("shared")
    apply_by(objects, "gitops", an_endpoint("shared"))
    objects.wait(lambda: f"deployment.apps/{deploy}" in objects.names("deploy"))
    marked = (("ie", "shared"), ("mdep", mdep), ("deploy", deploy))
    for kind, name in marked:
        found = objects.get(kind, name)
        metadata = {"name": name, "namespace": objects.namespace, **MARK}
        apply_by(
            objects, TEAM,
            {"apiVersion": found["apiVersion"], "kind": found["kind"], "metadata": metadata},
        )  # fmt: skip

    # Both the ModelDeployment and the shape of the Deployment are written anew for this.
    apply_by(objects, "gitops", an_endpoint("shared", num_threads=2, num_allocations=3))
    objects.wait(lambda: has_threads(objects.get("deploy", deploy), 2))

    for kind, name in marked:
        metadata = json.loads(objects.run("get", kind, name, *WHOLE))["metadata"]
        assert MARK["labels"].items() <= metadata["labels"].items()
        assert MARK["annotations"].items() <= metadata["annotations"].items()
        assert "finalizers" not in metadata
        assert TEAM in {entry["manager"] for entry in metadata["managedFields"]}
        assert "Overwritten" not in objects.events(name)


def has_threads(deployment: Manifest, threads: int) -> bool:
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    return bool(container["resources"]["requests"]["cpu"] == str(threads))


def test_kubectl_scale_drives_a_deployment_that_is_scaled_from_outside(served: Objects) -> None:
    _, deploy = made_names("by-hand")
    path = f"/apis/inference.allot.dev/v1alpha1/namespaces/{served.namespace}/modeldeployments"

    served.run("scale", "mdep", "by-hand", "--replicas=1")
    served.run("wait", "--for=condition=Ready", "mdep/by-hand", "--timeout=60s")
    scale = json.loads(served.run("get", "--raw", f"{path}/by-hand/scale"))

    assert served.get("deploy", deploy)["spec"]["replicas"] == 1
    assert (scale["spec"]["replicas"], scale["status"]["replicas"]) == (1, 1)
    assert (
        len(served.run("get", "pods", "-o", "name", "-l", scale["status"]["selector"]).split()) == 1
    )

    # A GitOps tool that applies it again, without a number, sets none back.
    again = apply_by(served, TEAM, an_external_deployment("by-hand"))
    assert again["spec"]["replicas"] == 1


@pytest.mark.parametrize("cascade", ["background", "foreground"])
def test_deletion_takes_everything_and_nothing_is_made_anew(
    cascade: str, objects: Objects, local_cluster: LocalCluster
) -> None:
    mdep, deploy = made_names(cascade)
    objects.apply(an_endpoint(cascade))
    objects.wait_condition(cascade, "Ready", "PodsRefused")
    began = now()

    objects.run("delete", "ie", cascade, f"--cascade={cascade}", "--timeout=30s")
    objects.wait(lambda: not {mdep, deploy} & {one.partition("/")[2] for one in objects.names()})

    made = [
        write
        for write in read_writes(local_cluster, began)
        if write.user == OPERATOR and write.name in {mdep, deploy} and "/" not in write.resource
    ]
    assert made == []


def test_what_orphan_deletion_leaves_is_left_alone_and_stands_in_the_way(objects: Objects) -> None:
    mdep, deploy = made_names("orphan")
    objects.apply(an_endpoint("orphan"))
    objects.wait(lambda: f"deployment.apps/{deploy}" in objects.names("deploy"))

    objects.run("delete", "ie", "orphan", "--cascade=orphan")
    left = objects.get("mdep", mdep)
    objects.apply(an_endpoint("orphan", num_threads=2))
    _, _, message = objects.wait_condition("orphan", "Accepted", "IdTaken")
    assert message == (
        f"ModelDeployment {mdep} has the deployment_id orphan and is not this endpoint's: delete "
        "it, or choose another inference_id, which may attach to it by "
        "service_settings.deployment_id"
    )
    assert "ownerReferences" not in left["metadata"]
    assert objects.get("mdep", mdep)["spec"] == left["spec"]

    objects.run("delete", "mdep", mdep, "--cascade=orphan")
    _, _, message = objects.wait_condition("orphan", "Ready", "IdTaken")
    objects.wait(lambda: deploy in objects.conditions("orphan")["Accepted"][2])
    assert objects.conditions("orphan")["Accepted"][2] == (
        f"what is named {deploy} (Deployment, Service, PodDisruptionBudget) is not this "
        "ModelDeployment's, but deployment_id orphan needs that name: delete it, or choose another "
        "deployment_id"
    )
    assert has_threads(objects.get("deploy", deploy), 1)

    objects.run("delete", "svc,pdb,deploy", deploy)
    objects.wait_condition("orphan", "Accepted", "Accepted")
    objects.wait(lambda: f"deployment.apps/{deploy}" in objects.names("deploy"))
    assert has_threads(objects.get("deploy", deploy), 2)


@pytest.mark.parametrize("cascade", ["background", "foreground"])
def test_an_endpoint_makes_a_deleted_deployment_anew(cascade: str, objects: Objects) -> None:
    mdep, deploy = made_names("anew")
    objects.apply(an_endpoint("anew"))
    objects.wait(lambda: f"deployment.apps/{deploy}" in objects.names("deploy"))
    before = objects.get("mdep", mdep)["metadata"]["uid"]

    objects.run("delete", "mdep", mdep, f"--cascade={cascade}", "--timeout=30s")

    def owner() -> str:
        found = [one for one in objects.list("deploy") if one["metadata"]["name"] == deploy]
        return str(found[0]["metadata"]["ownerReferences"][0]["uid"]) if found else before

    after = objects.wait(lambda: (uid := owner()) != before and uid)
    assert objects.get("mdep", mdep)["metadata"]["uid"] == after


def test_a_horizontal_pod_autoscaler_drives_a_deployment(objects: Objects) -> None:
    _, deploy = made_names("my-scaled-model")

    objects.wait(lambda: objects.get("deploy", deploy)["spec"]["replicas"] == 2)

    deployment = objects.get("mdep", "my-scaled-model")
    assert deployment["spec"]["replicas"] == 2
    assert objects.events("my-scaled-model")["SuccessfulRescale"]
    assert "Overwritten" not in objects.events(deploy)


def test_an_endpoint_that_is_being_deleted_is_terminating_until_its_pods_are_gone(
    served: Objects,
) -> None:
    served.run("delete", "ie", "kept", "--cascade=foreground", "--wait=false")

    assert health(served.get("ie", "kept")) == ("Terminating", "Progressing", "being deleted")
    served.wait(lambda: "inferenceendpoint.inference.allot.dev/kept" not in served.names())
    mdep, deploy = made_names("kept")
    assert not {mdep, deploy} & {one.partition("/")[2] for one in served.names()}
