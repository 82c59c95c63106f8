"""Paths, as the API server serves them."""

from __future__ import annotations

import pytest

from allot_cluster.resources import DEPLOYMENTS, INFERENCE_ENDPOINTS, NODES, PODS, Resource


@pytest.mark.parametrize(
    ("resource", "arguments", "path"),
    [
        (PODS, (), "/api/v1/pods"),
        (PODS, ("ns",), "/api/v1/namespaces/ns/pods"),
        (PODS, ("ns", "a"), "/api/v1/namespaces/ns/pods/a"),
        (NODES, (), "/api/v1/nodes"),
        (NODES, ("ns", "a"), "/api/v1/nodes/a"),
        (
            DEPLOYMENTS,
            ("ns", "a", "status"),
            "/apis/apps/v1/namespaces/ns/deployments/a/status",
        ),
        (
            INFERENCE_ENDPOINTS,
            ("ns",),
            "/apis/inference.allot.dev/v1alpha1/namespaces/ns/inferenceendpoints",
        ),
        (PODS, ("ns", "../a?b"), "/api/v1/namespaces/ns/pods/..%2Fa%3Fb"),
    ],
)
def test_the_path_names_group_namespace_and_object(
    resource: Resource, arguments: tuple[str, ...], path: str
) -> None:
    assert resource.path(*arguments) == path


def test_an_object_without_its_namespace_has_no_path() -> None:
    with pytest.raises(ValueError, match="Pod a needs a namespace"):
        PODS.path(None, "a")


def test_the_core_group_is_left_out_of_the_version() -> None:
    assert (PODS.api_version, DEPLOYMENTS.api_version) == ("v1", "apps/v1")
