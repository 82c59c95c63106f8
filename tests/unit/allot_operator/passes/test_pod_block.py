"""A pod block's way through the cluster: applied, changed, removed, and quiet in between."""

from __future__ import annotations

from typing import Any

import pytest

from allot_cluster.interface import Manifest
from allot_cluster.resources import DEPLOYMENTS, INFERENCE_ENDPOINTS, MODEL_DEPLOYMENTS
from allot_operator.words import SETTINGS_ANNOTATION
from tests.unit.allot_operator.builders import NAMESPACE, an_endpoint_manifest
from tests.unit.allot_operator.passes.test_passes import World

BLOCK = {
    "labels": {"team": "search"},
    "nodeSelector": {"disk": "ssd"},
    "tolerations": [{"key": "gpu", "operator": "Exists"}],
    "imagePullSecrets": [{"name": "registry"}],
    "env": [{"name": "HTTPS_PROXY", "value": "http://proxy"}],
    "volumes": [{"name": "ca", "configMap": {"name": "ca"}}],
    "volumeMounts": [{"name": "ca", "mountPath": "/etc/ca"}],
    "topologySpreadConstraints": [
        {"topologyKey": "rack", "whenUnsatisfiable": "DoNotSchedule", "maxSkew": 1}
    ],
    "resources": {"requests": {"memory": "1024Mi"}, "limits": {"example.com/fpga": 1}},
}


@pytest.fixture
def world() -> World:
    return World()


async def apply(world: World, pod: dict[str, Any] | None) -> None:
    """Have the endpoint stand there with a block, and let everything settle."""
    manifest = an_endpoint_manifest("e", spec={"pod": pod} if pod is not None else {})
    if world.cluster.peek(INFERENCE_ENDPOINTS, NAMESPACE, "e") is None:
        world.cluster.add(INFERENCE_ENDPOINTS, manifest)
    else:
        await world.cluster.apply(INFERENCE_ENDPOINTS, manifest, field_manager="kubectl")
    await world.settle()


def template(world: World) -> Manifest:
    found: Manifest = world.only(DEPLOYMENTS)["spec"]["template"]
    return found


async def test_a_block_reaches_the_pods(world: World) -> None:
    await apply(world, BLOCK)

    spec, container = template(world)["spec"], template(world)["spec"]["containers"][0]
    assert world.only(MODEL_DEPLOYMENTS)["spec"]["pod"]["nodeSelector"] == {"disk": "ssd"}
    assert template(world)["metadata"]["labels"]["team"] == "search"
    assert spec["nodeSelector"] == {"disk": "ssd"}
    assert {"name": "HTTPS_PROXY", "value": "http://proxy"} in container["env"]
    assert container["resources"]["requests"]["memory"] == "1024Mi"
    assert container["resources"]["limits"]["example.com/fpga"] == "1"


async def test_a_settled_block_is_quiet(world: World) -> None:
    await apply(world, BLOCK)
    world.cluster.writes.clear()

    await world.settle()

    assert world.cluster.writes == []


async def test_a_change_of_the_block_rolls_the_pods(world: World) -> None:
    await apply(world, BLOCK)
    before = template(world)["metadata"]["annotations"][SETTINGS_ANNOTATION]

    await apply(world, BLOCK | {"nodeSelector": {"disk": "nvme"}})

    assert template(world)["metadata"]["annotations"][SETTINGS_ANNOTATION] != before
    assert template(world)["spec"]["nodeSelector"] == {"disk": "nvme"}


async def test_what_is_taken_out_of_the_block_goes_from_the_pods(world: World) -> None:
    await apply(world, None)
    bare = template(world)
    await apply(world, BLOCK)
    assert template(world) != bare

    await apply(world, {"labels": {"team": "search"}})
    assert template(world)["spec"] == bare["spec"]
    assert template(world)["metadata"]["labels"]["team"] == "search"

    await apply(world, {})
    assert template(world) == bare
