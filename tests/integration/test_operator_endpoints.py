"""The operator on a real cluster: endpoints made, scaled, healed and removed."""

from __future__ import annotations

import os
import signal

import httpx
import pytest

from allot_api.names import derived_name
from tests.conftest import Kubectl
from tests.integration.objects import OWNED, Objects, an_endpoint
from tests.integration.pods import process_at

pytestmark = pytest.mark.usefixtures("allot")


@pytest.fixture
def objects(kubectl: Kubectl, namespace: str) -> Objects:
    return Objects(kubectl, namespace)


def test_allocations_follow_what_is_applied_and_deleting_removes_it_all(objects: Objects) -> None:
    objects.apply(an_endpoint("scaled", num_allocations=1))
    objects.wait_ready("scaled")
    assert objects.allocations("scaled") == (1, 1, "fully_allocated")

    objects.apply(an_endpoint("scaled", num_allocations=3))
    objects.wait(lambda: objects.allocations("scaled") == (3, 3, "fully_allocated"))
    assert len(objects.pods()) == 3
    objects.wait_ready("scaled")

    objects.apply(an_endpoint("scaled", num_allocations=1))
    objects.wait(lambda: objects.allocations("scaled") == (1, 1, "fully_allocated"))
    objects.wait(lambda: len(objects.pods()) == 1)
    objects.wait_ready("scaled")

    objects.run("delete", "ie", "scaled")
    objects.wait(lambda: objects.names() == [])


def test_every_object_belongs_to_the_one_it_is_made_for(objects: Objects) -> None:
    objects.apply(an_endpoint("owned"))
    objects.wait_ready("owned")

    owners = {
        item["kind"]: item["metadata"]["ownerReferences"][0]["kind"]
        for item in objects.list("mdep,deploy,svc,pdb")
    }
    budget = objects.list("pdb")[0]["spec"]
    (pod,) = objects.pods()

    assert owners == {
        "ModelDeployment": "InferenceEndpoint",
        "Deployment": "ModelDeployment",
        "Service": "ModelDeployment",
        "PodDisruptionBudget": "ModelDeployment",
    }
    assert (budget["maxUnavailable"], budget["unhealthyPodEvictionPolicy"]) == (1, "AlwaysAllow")
    assert pod["spec"]["containers"][0]["resources"]["requests"]["cpu"] == "1"
    assert pod["spec"]["securityContext"]["runAsNonRoot"] is True


def test_adaptive_endpoints_start_at_their_minimum(objects: Objects) -> None:
    bounds = {"enabled": True, "min_number_of_allocations": 2, "max_number_of_allocations": 4}
    objects.apply(an_endpoint("adaptive", adaptive_allocations=bounds))

    objects.wait_ready("adaptive")

    assert objects.allocations("adaptive") == (2, 2, "fully_allocated")


def test_an_endpoint_is_handed_to_another_scaler_without_a_new_pod(objects: Objects) -> None:
    mdep = derived_name("handed-over")
    endpoint = an_endpoint("handed-over")
    objects.apply(endpoint)
    objects.wait_ready("handed-over")
    before = {pod["metadata"]["uid"] for pod in objects.pods()}

    for scaling in ({"policy": "work", "scale_down_cooldown": "5m"}, {"policy": "external"}):
        endpoint["spec"]["scaling"] = scaling
        objects.apply(endpoint)
        objects.wait(lambda it=scaling: objects.get("mdep", mdep)["spec"]["scaling"] == it)
    objects.run("scale", "mdep", mdep, "--replicas=2")
    objects.wait(lambda: objects.allocations("handed-over")[:2] == (2, 2))

    assert before < {pod["metadata"]["uid"] for pod in objects.pods()}
    objects.apply(an_endpoint("handed-over"))
    objects.wait(lambda: objects.allocations("handed-over")[:2] == (1, 1))
    assert objects.get("mdep", mdep)["spec"]["scaling"] == {"policy": "work"}


def test_a_deleted_pod_is_replaced(objects: Objects) -> None:
    objects.apply(an_endpoint("healed"))
    objects.wait_ready("healed")
    (before,) = objects.pods()

    objects.run("delete", "pod", before["metadata"]["name"], "--wait=false")

    def is_replaced() -> bool:
        names = [pod["metadata"]["name"] for pod in objects.pods()]
        return names != [before["metadata"]["name"]] and objects.allocations("healed")[0] == 1

    objects.wait(is_replaced)
    objects.wait_ready("healed")


def test_a_killed_process_is_started_again_and_serves(objects: Objects) -> None:
    objects.apply(an_endpoint("killed"))
    objects.wait_ready("killed")
    (pod,) = objects.pods()
    address = pod["status"]["podIP"]

    os.kill(process_at(address), signal.SIGKILL)

    def is_back() -> bool:
        (again,) = objects.pods()
        status = again["status"]["containerStatuses"][0]
        return bool(status["restartCount"] == 1 and status["ready"])

    objects.wait(is_back)
    objects.wait_ready("killed")
    answer = httpx.post(
        f"http://{address}:8080/_inference/killed", json={"input": "mail"}, trust_env=False
    )
    assert answer.status_code == 200
    assert objects.pods()[0]["metadata"]["uid"] == pod["metadata"]["uid"]


def test_a_change_made_by_hand_is_set_back_and_told(objects: Objects) -> None:
    objects.apply(an_endpoint("guarded"))
    objects.wait_ready("guarded")
    (path,) = objects.names("deploy")
    name = path.partition("/")[2]

    objects.run("scale", path, "--replicas=4")
    objects.wait(lambda: objects.list("deploy")[0]["spec"]["replicas"] == 1)
    objects.run("set", "env", path, "ALLOT_NUM_THREADS=9")
    objects.wait(lambda: {"name": "ALLOT_NUM_THREADS", "value": "1"} in environment(objects))

    message = objects.wait_for_event(name, "Overwritten")
    assert "Allot has set it back" in message
    objects.wait(lambda: len(objects.pods()) == 1)
    objects.wait_ready("guarded")


def environment(objects: Objects) -> list[dict[str, str]]:
    """The variables of the Deployment's container."""
    (deployment,) = objects.list("deploy")
    variables: list[dict[str, str]] = deployment["spec"]["template"]["spec"]["containers"][0]["env"]
    return variables


def test_a_change_of_threads_rolls_without_a_gap(objects: Objects) -> None:
    objects.apply(an_endpoint("rolled", num_threads=1, num_allocations=1))
    objects.wait_ready("rolled")

    objects.apply(an_endpoint("rolled", num_threads=2, num_allocations=1))
    objects.wait(lambda: objects.get("ie", "rolled")["status"]["observedGeneration"] == 2)
    ready_pods = []
    while len({pod["metadata"]["name"] for pod in objects.pods()}) > 1 or not is_at(objects, 2):
        ready_pods.append(objects.list("deploy")[0]["status"].get("readyReplicas", 0))
    objects.wait_ready("rolled")

    assert min(ready_pods, default=1) >= 1


def is_at(objects: Objects, threads: int) -> bool:
    stats = objects.get("ie", "rolled")["status"]["deployment_stats"]
    status = objects.list("deploy")[0]["status"]
    is_rolled = status.get("updatedReplicas") == status.get("readyReplicas") == 1
    return bool(stats["num_threads"] == threads and is_rolled)


def test_kubectl_get_lists_everything_that_was_made(objects: Objects) -> None:
    objects.apply(an_endpoint("listed"))
    objects.wait_ready("listed")

    kinds = {name.partition("/")[0] for name in objects.names(OWNED)}

    assert kinds == {
        "inferenceendpoint.inference.allot.dev",
        "modeldeployment.inference.allot.dev",
        "deployment.apps",
        "replicaset.apps",
        "service",
        "poddisruptionbudget.policy",
        "pod",
    }
