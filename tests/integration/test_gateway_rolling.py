"""Model pods and gateways come and go, and are killed, under a load that retries nothing.

The load goes to the gateway's Service, which the local node balances over its ready replicas.
"""

from __future__ import annotations

import json
import logging
import os
import signal

import httpx
import pytest

from tests.conftest import Kubectl
from tests.integration.loads import Load, constant_load
from tests.integration.objects import Manifest, Objects, an_endpoint
from tests.integration.pods import is_ready, process_at

logger = logging.getLogger(__name__)

SYSTEM = "allot-system"
GATEWAYS = ("-n", SYSTEM, "-l", "app.kubernetes.io/name=allot-gateway")
CLIENTS = 8
PAUSE = 0.02
BEFORE_EACH = 100


@pytest.fixture
def objects(kubectl: Kubectl, namespace: str) -> Objects:
    return Objects(kubectl, namespace)


def an_endpoint_of_two(greeting: str) -> Manifest:
    """Return an endpoint whose pods are others for each greeting."""
    endpoint = an_endpoint("steady", num_allocations=2)
    endpoint["spec"]["pod"] = {"env": [{"name": "GREETING", "value": greeting}]}
    return endpoint


def uids_of(pods: list[Manifest]) -> set[str]:
    return {pod["metadata"]["uid"] for pod in pods}


def gateways(kubectl: Kubectl) -> list[Manifest]:
    found: list[Manifest] = json.loads(kubectl("get", "pods", *GATEWAYS, "-o", "json"))["items"]
    return found


def wait_for_more(objects: Objects, load: Load) -> None:
    """Have the load go on for a while."""
    wanted = load.answers + BEFORE_EACH
    objects.wait(lambda: load.answers >= wanted)


def roll_model_pods(objects: Objects) -> None:
    """Change what every pod is made from, and wait until the last of the old is gone."""
    before = uids_of(objects.pods())
    objects.apply(an_endpoint_of_two("after"))
    objects.wait(
        lambda: (
            not uids_of(objects.list("pods")) & before
            and objects.allocations("steady") == (2, 2, "fully_allocated")
        )
    )


def roll_gateways(objects: Objects, kubectl: Kubectl) -> None:
    """Restart the gateway as its people do, and wait until the last of the old is gone."""
    before = uids_of(gateways(kubectl))
    kubectl("rollout", "restart", "deployment/allot-gateway", "-n", SYSTEM)
    objects.wait(
        lambda: (
            not uids_of(found := gateways(kubectl)) & before
            and len([one for one in found if is_ready(one)]) == 2
        )
    )


def kill_a_model_pod(objects: Objects, number: int) -> None:
    """End a pod's process without a word, and wait until the node has started it again."""
    name = sorted(pod["metadata"]["name"] for pod in objects.pods())[number]
    os.kill(process_at(objects.get("pod", name)["status"]["podIP"]), signal.SIGKILL)

    def is_back() -> bool:
        pod = objects.get("pod", name)
        return bool(pod["status"]["containerStatuses"][0]["restartCount"] == 1 and is_ready(pod))

    objects.wait(is_back)


def test_rolling_and_killing_fail_no_request_that_may_be_sent_again(
    objects: Objects, kubectl: Kubectl, gateway: str
) -> None:
    objects.apply(an_endpoint_of_two("before"))
    objects.wait_ready("steady")
    url = f"{gateway}/{objects.namespace}/_inference/sparse_embedding/steady"
    counted: dict[str, int] = {}

    with constant_load(url, CLIENTS, PAUSE) as load:
        wait_for_more(objects, load)
        roll_model_pods(objects)
        counted["pods rolled"] = len(load.failed)
        roll_gateways(objects, kubectl)
        counted["gateways rolled"] = len(load.failed)
        for number in (0, 1):
            kill_a_model_pod(objects, number)
            wait_for_more(objects, load)
        counted["pods killed"] = len(load.failed)

    logger.info("%s, failed up to then: %s", dict(load.statuses), counted)
    # An answer that had begun when its pod died cannot be asked for again behind a client's back:
    # that, and nothing else, is told, and in Elasticsearch's words.
    others = [one for one in load.failed if one.status != httpx.codes.BAD_GATEWAY]
    assert others == [], counted
    assert all(one.is_clean_refusal for one in load.failed), load.failed
    assert (counted["pods rolled"], counted["gateways rolled"]) == (0, 0)
    # A pod has at most two passes of one gateway, and there are as many requests as clients.
    assert counted["pods killed"] <= 2 * CLIENTS
    assert load.answers >= 4 * BEFORE_EACH
