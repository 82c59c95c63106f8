"""Changes without a gap: the old serves until the new does, and goes on if the new never does."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from allot_local.cluster import LocalCluster
from tests.conftest import Kubectl
from tests.integration.objects import Manifest, Objects, an_endpoint, an_object
from tests.integration.streams import streaming

pytestmark = pytest.mark.usefixtures("allot")

REQUESTS = 2000
URI = "package://cognition/model"
WEIGHTS = {
    "path": "model.safetensors",
    "sha256": "96e1dd8dbbc82439cf50677a15bcb9141172b289d20b41c9c28b621a0451a02a",
}
# By its size alone; it is never read.
HUGE = {"path": "model.safetensors", "size_bytes": 10**13}


@pytest.fixture
def objects(kubectl: Kubectl, namespace: str) -> Objects:
    return Objects(kubectl, namespace)


def a_revision(**fields: Any) -> Manifest:
    """Return a model; its answers show the revision: the first reads 8 tokens only."""
    spec = {"source": {"uri": URI}, "task_types": ["sparse_embedding"], "max_sequence_length": 8}
    return an_object("TrainedModel", "revised", {**spec, **fields})


SECOND = {"source": {"uri": URI, "files": [WEIGHTS]}, "max_sequence_length": 512}


def names_of(pods: list[Manifest]) -> set[str]:
    return {pod["metadata"]["name"] for pod in pods}


def post(pod: Manifest, endpoint: str) -> int:
    url = f"http://{pod['status']['podIP']}:8080/_inference/{endpoint}"
    return httpx.post(url, json={"input": "mail"}, trust_env=False).status_code


def test_a_new_revision_and_pods_that_come_and_go_fail_no_request(
    objects: Objects, local_cluster: LocalCluster
) -> None:
    objects.apply(a_revision(), an_endpoint("steady", model_id="revised"))
    objects.wait_ready("steady")
    (old,) = objects.pods()
    selector = objects.list("mdep")[0]["status"]["selector"]

    with streaming(
        local_cluster.kubeconfig, objects.namespace, selector, "/_inference/steady"
    ) as stream:
        objects.wait(lambda: stream.answers > 0)
        objects.apply(a_revision(**SECOND))
        # Until the last of the old pod is gone: its drain is part of the change.
        objects.wait(lambda: not names_of(objects.list("pods")) & names_of([old]))
        objects.apply(an_endpoint("steady", model_id="revised", num_allocations=2))
        objects.wait(lambda: objects.allocations("steady")[0] == 2)
        objects.apply(an_endpoint("steady", model_id="revised", num_allocations=1))
        objects.wait(lambda: len(objects.list("pods")) == 1)
        objects.wait(lambda: stream.answers >= REQUESTS)

    assert stream.failures == []
    # Both revisions answered, and only the first cuts the text.
    assert (len(stream.served_by), stream.truncated) == (3, {True, False})
    objects.wait_ready("steady")
    assert objects.conditions("steady")["UpToDate"][:2] == ("True", "UpToDate")


def test_what_cannot_become_ready_leaves_the_old_serving_and_is_mended_by_the_next_apply(
    objects: Objects,
) -> None:
    objects.apply(a_revision(), an_endpoint("kept", model_id="revised"))
    objects.wait_ready("kept")
    (old,) = objects.pods()

    # A source that is not there.
    objects.apply(a_revision(source={"uri": "package://cognition/nowhere"}))
    _, _, message = objects.wait_condition("kept", "Ready", "NotFound")
    assert "nowhere" in message
    assert "1 older pod goes on serving" in message
    assert_kept(objects, old)

    objects.apply(a_revision())
    objects.wait_ready("kept")

    # A size that fits on no node.
    objects.apply(a_revision(source={"uri": URI, "files": [HUGE]}))
    _, _, message = objects.wait_condition("kept", "Ready", "Unschedulable")
    assert "memory" in message
    assert_kept(objects, old)
    assert objects.wait_for_event("kept", "Unschedulable")

    objects.apply(a_revision())
    objects.wait_ready("kept")

    # The model itself is gone, and comes back.
    objects.run("delete", "tm", "revised")
    assert objects.wait_condition("kept", "Accepted", "ModelNotFound")[0] == "False"
    assert_kept(objects, old)

    objects.apply(a_revision())
    objects.wait_ready("kept")
    assert names_of(objects.pods()) == names_of([old])


def assert_kept(objects: Objects, old: Manifest) -> None:
    """The endpoint says that it serves, that this is not what was asked for, and answers."""
    told = objects.conditions("kept")

    assert [told[kind][0] for kind in ("Servable", "UpToDate", "Ready")] == [
        "True", "False", "False",
    ]  # fmt: skip
    assert post(old, "kept") == httpx.codes.OK
