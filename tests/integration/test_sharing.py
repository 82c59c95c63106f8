"""Deployments that several endpoints share, and objects that have a name which Allot needs."""

from __future__ import annotations

import pytest

from allot_api.names import DEPLOYMENT_PREFIX, derived_name
from tests.conftest import Kubectl
from tests.integration.objects import Manifest, Objects, an_endpoint, an_object

pytestmark = pytest.mark.usefixtures("allot")


@pytest.fixture
def objects(kubectl: Kubectl, namespace: str) -> Objects:
    return Objects(kubectl, namespace)


def a_deployment(name: str, **spec: object) -> Manifest:
    return an_object("ModelDeployment", name, {"model_id": ".elser_model_2", **spec})


def test_endpoints_that_do_not_fit_a_shared_deployment_are_told_what_does(
    objects: Objects,
) -> None:
    mistaken = an_endpoint("mistaken", deployment_id="shared")
    mistaken["spec"]["task_type"] = "rerank"
    other = an_endpoint("other", deployment_id="shared", model_id=".rerank-v1")
    objects.apply(a_deployment("shared", num_threads=2, queue_capacity=7), mistaken, other)
    objects.apply(an_endpoint("fitting", deployment_id="shared"))

    assert "sparse_embedding" in objects.wait_condition("mistaken", "Accepted", "TaskMismatch")[2]
    message = objects.wait_condition("other", "Accepted", "ModelMismatch")[2]
    assert ".elser_model_2" in message
    objects.wait_condition("fitting", "Accepted", "Accepted")

    stats = objects.wait(lambda: objects.get("ie", "fitting")["status"].get("deployment_stats"))
    assert stats["deployment_id"] == "shared"
    assert (stats["num_threads"], stats["queue_capacity"]) == (2, 7)


def test_a_deployment_that_is_deleted_under_those_who_share_it_is_named(objects: Objects) -> None:
    objects.apply(an_endpoint("owner"))
    objects.wait_condition("owner", "Accepted", "Accepted")
    objects.apply(an_endpoint("guest", deployment_id="owner"))
    objects.wait_condition("guest", "Accepted", "Accepted")

    objects.run("delete", "ie", "owner")

    status, _, message = objects.wait_condition("guest", "Accepted", "DeploymentNotFound")
    assert status == "False"
    assert "deployment owner, which this endpoint shared, was deleted" in message
    servable = objects.conditions("guest")["Servable"]
    assert (servable[0], servable[2]) == ("False", message)
    assert objects.wait_for_event("guest", "DeploymentNotFound") == message


def test_a_strangers_service_is_left_alone_and_waited_for(objects: Objects) -> None:
    name = derived_name("wanted", DEPLOYMENT_PREFIX)
    objects.run("create", "service", "clusterip", name, "--tcp=80")

    objects.apply(a_deployment("wanted"))
    message = objects.wait_condition("wanted", "Accepted", "IdTaken", "mdep")[2]
    assert name in message
    assert "not this ModelDeployment's" in message
    assert objects.names("deploy") == []

    objects.run("delete", "service", name)
    objects.wait_condition("wanted", "Accepted", "Accepted", "mdep")
