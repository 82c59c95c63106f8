"""Changes without a gap: the old serves until the new does, and goes on if the new never does."""

from __future__ import annotations

from typing import Any

import pytest

from allot_local.cluster import LocalCluster
from tests.conftest import Kubectl
from tests.integration.objects import Manifest, Objects, an_endpoint, an_object
from tests.integration.streams import streaming

pytestmark = pytest.mark.usefixtures("allot")

REQUESTS = 2000
WEIGHTS = {
    "path": "model.safetensors",
    "sha256": "96e1dd8dbbc82439cf50677a15bcb9141172b289d20b41c9c28b621a0451a02a",
}


@pytest.fixture
def objects(kubectl: Kubectl, namespace: str) -> Objects:
    return Objects(kubectl, namespace)


def a_revision(name: str = "revised", **fields: Any) -> Manifest:
    """Return a model; its answers show the revision: the first reads 8 tokens only."""
    spec = {"source": {"uri": "package://cognition/model"}, "task_types": ["sparse_embedding"]}
    return an_object("TrainedModel", name, {**spec, **fields})


FIRST = a_revision(max_sequence_length=8)
SECOND = a_revision(source={"uri": "package://cognition/model", "files": [WEIGHTS]})


def names_of(pods: list[Manifest]) -> set[str]:
    return {pod["metadata"]["name"] for pod in pods}


def test_a_new_revision_of_the_model_fails_no_request(
    objects: Objects, local_cluster: LocalCluster
) -> None:
    objects.apply(FIRST, an_endpoint("steady", model_id="revised"))
    objects.wait_ready("steady")
    (old,) = objects.pods()
    selector = objects.list("mdep")[0]["status"]["selector"]

    with streaming(
        local_cluster.kubeconfig, objects.namespace, selector, "/_inference/steady"
    ) as stream:
        objects.wait(lambda: stream.answers > 0)
        objects.apply(SECOND)
        # Until the last of the old pod is gone: its drain is part of the change.
        objects.wait(lambda: not names_of(objects.list("pods")) & names_of([old]))
        objects.wait(lambda: stream.answers >= REQUESTS)

    assert stream.failures == []
    assert len(stream.served_by) == len(stream.bodies) == 2
    objects.wait_ready("steady")
    assert objects.conditions("steady")["UpToDate"][:2] == ("True", "UpToDate")
