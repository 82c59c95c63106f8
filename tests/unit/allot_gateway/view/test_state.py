from __future__ import annotations

from typing import Any

import pytest

from allot_api.names import DEPLOYMENT_PREFIX, MODEL_DEPLOYMENT_LABEL, derived_name
from allot_cluster.interface import Change, ChangeType, Manifest
from allot_cluster.resources import (
    DEPLOYMENTS,
    INFERENCE_ENDPOINTS,
    MODEL_DEPLOYMENTS,
    PODS,
    Resource,
)
from allot_gateway.view.state import WATCHED, DeploymentKey, View

KEY = DeploymentKey("default", "my-elser")
NAME = derived_name("my-elser", DEPLOYMENT_PREFIX)
EARLY, LATE = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"


def build(resource: Resource, name: str, spec: dict[str, Any], **metadata: Any) -> Manifest:
    return {
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "metadata": {
            "namespace": "default",
            "name": name,
            "uid": f"uid-{name}",
            "resourceVersion": "7",
            "creationTimestamp": EARLY,
            **metadata,
        },
        "spec": spec,
    }


def an_endpoint(name: str, inference_id: str | None = None, created: str = EARLY) -> Manifest:
    spec: dict[str, Any] = {
        "task_type": "sparse_embedding",
        "service": "elasticsearch",
        "service_settings": {"model_id": ".elser_model_2", "num_threads": 1, "num_allocations": 1},
    }
    if inference_id:
        spec["inference_id"] = inference_id
    return build(INFERENCE_ENDPOINTS, name, spec, creationTimestamp=created)


def a_deployment() -> Manifest:
    return build(MODEL_DEPLOYMENTS, "my-elser", {"model_id": ".elser_model_2"})


def a_workload(replicas: int = 1) -> Manifest:
    return build(DEPLOYMENTS, NAME, {"replicas": replicas})


def a_pod(name: str = "pod-1", *, ready: bool = True) -> Manifest:
    pod = build(PODS, name, {"nodeName": "n"}, labels={MODEL_DEPLOYMENT_LABEL: NAME})
    state = "True" if ready else "False"
    pod["status"] = {
        "podIP": "127.9.9.1",
        "conditions": [{"type": "Ready", "status": state}],
    }
    return pod


def see(view: View, resource: Resource, *manifests: Manifest) -> None:
    for manifest in manifests:
        view.note(resource, Change(ChangeType.ADDED, manifest))


def lose(view: View, resource: Resource, manifest: Manifest) -> None:
    only = {key: manifest[key] for key in ("apiVersion", "kind")}
    metadata = {key: value for key, value in manifest["metadata"].items() if key != "labels"}
    view.note(resource, Change(ChangeType.DELETED, {**only, "metadata": metadata}))


@pytest.fixture
def view() -> View:
    return View()


def test_an_id_belongs_to_its_oldest_claimant(view: View) -> None:
    old, young = an_endpoint("a", "shared"), an_endpoint("b", "shared", LATE)
    see(view, INFERENCE_ENDPOINTS, young, old)

    holder = view.find_endpoint("default", "shared")

    assert holder is not None
    assert holder.subject.name == "a"
    assert [one.subject.name for one in view.list_endpoints("default")] == ["a"]


def test_an_id_goes_to_the_next_claimant(view: View) -> None:
    old, young = an_endpoint("a", "shared"), an_endpoint("b", "shared", LATE)
    see(view, INFERENCE_ENDPOINTS, old, young)

    lose(view, INFERENCE_ENDPOINTS, old)
    next_one = view.find_endpoint("default", "shared")
    lose(view, INFERENCE_ENDPOINTS, young)

    assert next_one is not None
    assert next_one.subject.name == "b"
    assert view.find_endpoint("default", "shared") is None


def test_an_endpoint_of_another_namespace_is_another(view: View) -> None:
    see(view, INFERENCE_ENDPOINTS, an_endpoint("a"))

    assert view.find_endpoint("other", "a") is None


def test_a_target_has_the_deployment_and_its_pods(view: View) -> None:
    see(view, PODS, a_pod(), a_pod("pod-2", ready=False))
    see(view, DEPLOYMENTS, a_workload(2))
    see(view, MODEL_DEPLOYMENTS, a_deployment())

    target = view.find_target(KEY)

    assert target.workload is not None
    assert target.workload.replicas == 2
    assert [pod.name for pod in target.pods] == ["pod-1", "pod-2"]
    assert [pod.name for pod in target.routable] == ["pod-1"]


def test_what_nothing_claims_is_an_empty_target(view: View) -> None:
    target = view.find_target(DeploymentKey("default", "nobody"))

    assert (target.deployment, target.workload, target.pods) == (None, None, ())


def test_a_pod_that_is_gone_is_taken_out_by_its_name_alone(view: View) -> None:
    see(view, MODEL_DEPLOYMENTS, a_deployment())
    see(view, PODS, a_pod())

    lose(view, PODS, a_pod())

    assert view.find_target(KEY).pods == ()


def test_listeners_hear_of_what_changed_and_of_nothing_else(view: View) -> None:
    heard: list[DeploymentKey] = []
    see(view, MODEL_DEPLOYMENTS, a_deployment())
    view.listen(heard.append)

    see(view, PODS, a_pod())
    see(view, PODS, a_pod())
    see(view, DEPLOYMENTS, a_workload())

    assert heard == [KEY, KEY]


def test_synced_once_every_kind_was_listed(view: View) -> None:
    *first, last = WATCHED
    for resource in first:
        view.note(resource, Change(ChangeType.SYNCED, {}))
    before = view.is_synced

    view.note(last, Change(ChangeType.SYNCED, {}))

    assert (before, view.is_synced) == (False, True)


def test_listeners_hear_of_endpoints_by_their_place(view: View) -> None:
    heard: list[tuple[str, str]] = []
    view.listen_endpoints(heard.append)

    see(view, INFERENCE_ENDPOINTS, an_endpoint("a", "shared"))
    lose(view, INFERENCE_ENDPOINTS, an_endpoint("a", "shared"))

    assert heard == [("default", "a"), ("default", "a")]


def test_an_endpoint_without_its_id_is_found_by_name(view: View) -> None:
    see(view, INFERENCE_ENDPOINTS, an_endpoint("a", "shared"), an_endpoint("b", "shared", LATE))

    found = view.find_named(("default", "b"))

    assert found is not None
    assert found.inference_id == "shared"
