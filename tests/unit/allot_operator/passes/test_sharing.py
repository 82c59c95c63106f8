"""Endpoints that attach to a ModelDeployment which comes, goes, or is another's."""

from __future__ import annotations

import pytest

from allot_cluster.resources import EVENTS, INFERENCE_ENDPOINTS, MODEL_DEPLOYMENTS, TRAINED_MODELS
from tests.unit.allot_operator.builders import (
    NAMESPACE,
    OPERATOR_NAMESPACE,
    a_deployment_manifest,
    an_endpoint_manifest,
)
from tests.unit.allot_operator.passes.test_passes import World

GUEST = "guest"


@pytest.fixture
async def world() -> World:
    """A deployment made by hand, and an endpoint that shares it."""
    world = World()
    world.cluster.add(MODEL_DEPLOYMENTS, a_deployment_manifest("d", num_threads=2))
    world.cluster.add(INFERENCE_ENDPOINTS, an_endpoint_manifest(GUEST, deployment_id="d"))
    await world.look_at(MODEL_DEPLOYMENTS, "d")
    await world.look_at(INFERENCE_ENDPOINTS, GUEST)
    return world


async def test_the_settings_of_a_shared_deployment_stand_in_the_endpoints_status(
    world: World,
) -> None:
    deployment, endpoint = world.only(MODEL_DEPLOYMENTS), world.only(INFERENCE_ENDPOINTS)

    assert world.conditions(INFERENCE_ENDPOINTS, GUEST)["Accepted"] == ("True", "Accepted")
    assert endpoint["status"]["deployment_stats"] == deployment["status"]["deployment_stats"]
    assert endpoint["status"]["deployment_stats"]["num_threads"] == 2


async def test_a_shared_deployment_that_is_deleted_is_told_with_a_warning(world: World) -> None:
    await world.cluster.delete(MODEL_DEPLOYMENTS, NAMESPACE, "d")

    await world.look_at(INFERENCE_ENDPOINTS, GUEST)
    await world.look_at(INFERENCE_ENDPOINTS, GUEST)

    told = world.conditions(INFERENCE_ENDPOINTS, GUEST)
    assert told["Accepted"] == ("False", "DeploymentNotFound")
    assert told["Servable"] == ("False", "NotAccepted")
    last = world.cluster.peek_all(EVENTS)[-1]
    assert (last["type"], last["reason"]) == ("Warning", "DeploymentNotFound")
    assert "deployment d, which this endpoint shared, was deleted" in last["message"]
    messages = {
        one["message"]
        for one in world.only(INFERENCE_ENDPOINTS)["status"]["conditions"]
        if one["type"] in {"Accepted", "Servable", "Ready"}
    }
    assert messages == {last["message"]}


async def test_a_deployment_that_comes_back_serves_again(world: World) -> None:
    await world.cluster.delete(MODEL_DEPLOYMENTS, NAMESPACE, "d")
    await world.look_at(INFERENCE_ENDPOINTS, GUEST)

    again = a_deployment_manifest("d", metadata={"uid": "uid-again"})
    world.cluster.add(MODEL_DEPLOYMENTS, again)
    await world.look_at(INFERENCE_ENDPOINTS, GUEST)

    assert world.conditions(INFERENCE_ENDPOINTS, GUEST)["Accepted"] == ("True", "Accepted")


async def test_a_model_that_is_deleted_leaves_what_serves(world: World) -> None:
    before = world.cluster.peek_all(MODEL_DEPLOYMENTS)[0]["status"]["deployment_stats"]
    await world.cluster.delete(TRAINED_MODELS, OPERATOR_NAMESPACE, "e5")

    await world.look_at(MODEL_DEPLOYMENTS, "d")
    await world.look_at(INFERENCE_ENDPOINTS, GUEST)

    for resource, name in ((MODEL_DEPLOYMENTS, "d"), (INFERENCE_ENDPOINTS, GUEST)):
        reasons = {
            "d": ("False", "ModelNotFound"),
            GUEST: ("False", "DeploymentNotAccepted"),
        }
        assert world.conditions(resource, name)["Accepted"] == reasons[name]
    assert world.only(MODEL_DEPLOYMENTS)["status"]["deployment_stats"] == before
