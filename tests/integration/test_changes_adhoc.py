from __future__ import annotations
import pytest
from allot_local.cluster import LocalCluster
from tests.conftest import Kubectl
from tests.integration.objects import Objects, an_endpoint
from tests.integration.streams import streaming
from tests.integration.test_changes import a_revision, names_of
pytestmark = pytest.mark.usefixtures("allot")

@pytest.fixture
def objects(kubectl: Kubectl, namespace: str) -> Objects:
    return Objects(kubectl, namespace)

def test_all(objects: Objects, local_cluster: LocalCluster) -> None:
    objects.apply(an_endpoint("steady", num_allocations=2))
    objects.wait_ready("steady")
    selector = objects.list("mdep")[0]["status"]["selector"]
    with streaming(local_cluster.kubeconfig, objects.namespace, selector, "/_inference/steady") as stream:
        objects.wait(lambda: stream.answers > 0)
        pod = objects.pods()[0]["metadata"]["name"]
        objects.run("delete", "pod", pod, "--wait=false")
        objects.wait(lambda: pod not in names_of(objects.list("pods")))
        objects.wait(lambda: objects.allocations("steady")[0] == 2)
        print("after delete", stream.answers, stream.failures[:3])
        objects.apply(an_endpoint("steady", num_allocations=1, num_threads=2))
        objects.wait(lambda: len(objects.list("pods")) == 1)
        objects.wait_ready("steady")
        print("after threads+scale", stream.answers, stream.failures[:3])
        objects.apply(an_endpoint("steady", num_allocations=3, num_threads=1))
        objects.wait(lambda: objects.allocations("steady") == (3, 3, "fully_allocated"))
        objects.wait_ready("steady")
        objects.apply(an_endpoint("steady", num_allocations=1, num_threads=1))
        objects.wait(lambda: len(objects.list("pods")) == 1)
        print("end", stream.answers, stream.failures[:3])
    assert stream.failures == []
