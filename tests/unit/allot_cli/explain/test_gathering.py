from __future__ import annotations

import pytest

from allot_api.names import decisions_name
from allot_api.scaling_decision import DECISIONS_KEY, dump_decisions
from allot_cli.errors import NotExplained
from allot_cli.explain.gathering import find_subject, gather
from allot_cluster.errors import NotFound, Unavailable
from allot_cluster.interface import Manifest
from allot_cluster.resources import CONFIG_MAPS, INFERENCE_ENDPOINTS, MODEL_DEPLOYMENTS
from tests.fakes.cluster import FakeCluster
from tests.unit.allot_cli.explain.builders import (
    NAMESPACE,
    a_decision,
    a_deployment_manifest,
    an_endpoint_manifest,
)


def a_config_map(deployment_id: str, text: str) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": decisions_name(deployment_id), "namespace": NAMESPACE},
        "data": {DECISIONS_KEY: text},
    }


@pytest.fixture
def cluster() -> FakeCluster:
    cluster = FakeCluster()
    cluster.add(
        INFERENCE_ENDPOINTS, an_endpoint_manifest("my-endpoint", spec={"inference_id": "My_Id"})
    )
    cluster.add(MODEL_DEPLOYMENTS, a_deployment_manifest("my-endpoint-1234", deployment_id="My_Id"))
    cluster.add(MODEL_DEPLOYMENTS, a_deployment_manifest("alone"))
    cluster.add(CONFIG_MAPS, a_config_map("My_Id", dump_decisions([a_decision()]) + "{\n"))
    return cluster


@pytest.mark.parametrize("name", ["my-endpoint", "My_Id"])
async def test_an_endpoint_is_found_with_its_deployment_and_decisions(
    cluster: FakeCluster, name: str
) -> None:
    facts = await gather(cluster, NAMESPACE, name)

    assert facts.endpoint is not None
    assert facts.deployment is not None
    assert facts.decisions is not None
    assert (facts.endpoint.name, facts.deployment.name) == ("my-endpoint", "my-endpoint-1234")
    assert (facts.decisions.records, facts.decisions.misread) == ((a_decision(),), 1)


async def test_a_deployment_is_found_by_itself(cluster: FakeCluster) -> None:
    facts = await gather(cluster, NAMESPACE, "alone")

    assert facts.endpoint is None
    assert facts.deployment is not None
    assert facts.decisions is None


async def test_an_unknown_name_is_answered_with_those_near_it(cluster: FakeCluster) -> None:
    with pytest.raises(NotExplained, match=r"no .* my-endpiont: is it my-endpoint or my-e"):
        await gather(cluster, NAMESPACE, "my-endpiont")
    with pytest.raises(NotExplained, match=r"zzz: it has alone, my-endpoint, my-endpoint-1234$"):
        await gather(cluster, NAMESPACE, "zzz")
    with pytest.raises(NotExplained, match=r"namespace empty has no .* nor any other"):
        await gather(cluster, "empty", "my-endpoint")


def test_of_many_names_only_some_are_listed() -> None:
    many = [a_deployment_manifest(f"d{number}") for number in range(8)]

    with pytest.raises(NotExplained, match=r"it has d0, d1, d2, d3, d4 and 3 more$"):
        find_subject(NAMESPACE, "zzz", [], many)


def test_of_several_claimants_the_accepted_one_serves() -> None:
    refused = a_deployment_manifest("refused", deployment_id="my-endpoint", status={})
    accepted = a_deployment_manifest("accepted", deployment_id="my-endpoint")

    found = find_subject(
        NAMESPACE, "my-endpoint", [an_endpoint_manifest("my-endpoint")], [refused, accepted]
    )

    assert found.deployment is not None
    assert found.deployment.name == "accepted"


async def test_a_cluster_without_the_kinds_says_how_to_install_them(cluster: FakeCluster) -> None:
    cluster.fail("list", NotFound("the server could not find it", of_object=False))

    with pytest.raises(NotExplained, match="kubectl apply -k manifests/base"):
        await gather(cluster, NAMESPACE, "alone")


async def test_the_clusters_own_errors_are_not_hidden(cluster: FakeCluster) -> None:
    cluster.away = True

    with pytest.raises(Unavailable):
        await gather(cluster, NAMESPACE, "alone")
