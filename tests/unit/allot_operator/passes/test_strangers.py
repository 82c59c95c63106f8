"""Objects that have a name of ours and are not ours, and writes that the API server refuses."""

from __future__ import annotations

from typing import Any

import pytest

from allot_cluster.errors import Forbidden
from allot_cluster.resources import (
    DEPLOYMENTS,
    DISRUPTION_BUDGETS,
    INFERENCE_ENDPOINTS,
    MODEL_DEPLOYMENTS,
    PODS,
    SERVICES,
    Resource,
)
from allot_operator.desired.deployment import choose_resource_name
from allot_operator.passes.deployment_writing import STRANGER_RETRY_SECONDS
from allot_operator.passes.surroundings import REFUSAL_RETRY_SECONDS
from tests.unit.allot_operator.builders import (
    NAMESPACE,
    a_deployment_manifest,
    an_endpoint_manifest,
    an_object,
)
from tests.unit.allot_operator.passes.test_passes import World

OWNED = (DEPLOYMENTS, SERVICES, DISRUPTION_BUDGETS)
NAME = choose_resource_name("d")


def a_stranger(resource: Resource) -> dict[str, Any]:
    labels = {"app": "x"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": []}}
    spec = {"selector": {"matchLabels": labels}, "template": template}
    return an_object(resource, NAME, spec if resource == DEPLOYMENTS else {})


def a_world() -> World:
    world = World()
    world.cluster.add(MODEL_DEPLOYMENTS, a_deployment_manifest("d", num_allocations=1))
    return world


def message_of(world: World, resource: Resource, name: str, kind: str) -> str:
    manifest = world.cluster.peek(resource, NAMESPACE, name)
    assert manifest is not None
    return next(
        str(one["message"]) for one in manifest["status"]["conditions"] if one["type"] == kind
    )


@pytest.mark.parametrize("resource", OWNED)
async def test_what_is_not_ours_is_never_taken_and_is_named(resource: Resource) -> None:
    world = a_world()
    stranger = world.cluster.add(resource, a_stranger(resource))

    result = await world.look_at(MODEL_DEPLOYMENTS, "d")

    assert world.only(resource) == stranger
    assert world.conditions(MODEL_DEPLOYMENTS, "d")["Accepted"] == ("False", "IdTaken")
    assert message_of(world, MODEL_DEPLOYMENTS, "d", "Accepted") == (
        f"what is named {NAME} ({resource.kind}) is not this ModelDeployment's, but deployment_id "
        "d needs that name: delete it, or choose another deployment_id"
    )
    assert result.look_again == STRANGER_RETRY_SECONDS


@pytest.mark.parametrize("resource", OWNED)
async def test_when_the_stranger_is_gone_the_deployment_goes_on(resource: Resource) -> None:
    world = a_world()
    world.cluster.add(resource, a_stranger(resource))
    await world.look_at(MODEL_DEPLOYMENTS, "d")

    await world.cluster.delete(resource, NAMESPACE, NAME)
    result = await world.look_at(MODEL_DEPLOYMENTS, "d")

    assert world.conditions(MODEL_DEPLOYMENTS, "d")["Accepted"] == ("True", "Accepted")
    assert all(world.only(one)["metadata"]["ownerReferences"] for one in OWNED)
    assert result.look_again is None


async def test_a_stranger_that_comes_later_hides_nothing_that_serves() -> None:
    world = a_world()
    await world.look_at(MODEL_DEPLOYMENTS, "d")
    template = world.only(DEPLOYMENTS)["spec"]["template"]["metadata"]
    pod = an_object(PODS, "p", {}, labels=template["labels"], annotations=template["annotations"])
    world.cluster.add(PODS, pod | {"status": {"conditions": [{"type": "Ready", "status": "True"}]}})
    await world.cluster.delete(SERVICES, NAMESPACE, NAME)
    world.cluster.add(SERVICES, a_stranger(SERVICES))

    await world.look_at(MODEL_DEPLOYMENTS, "d")

    told = world.conditions(MODEL_DEPLOYMENTS, "d")
    assert told["Accepted"] == ("False", "IdTaken")
    assert told["Servable"] == ("True", "Serving")


@pytest.mark.parametrize("resource", OWNED)
async def test_a_refused_object_is_told_and_keeps_no_other_from_being_made(
    resource: Resource,
) -> None:
    world = a_world()
    world.cluster.fail("apply", Forbidden("exceeded quota"), resource=resource)

    result = await world.look_at(MODEL_DEPLOYMENTS, "d")

    assert result.look_again == REFUSAL_RETRY_SECONDS
    assert world.conditions(MODEL_DEPLOYMENTS, "d")["Ready"] == ("False", "WriteRefused")
    said = message_of(world, MODEL_DEPLOYMENTS, "d", "Ready")
    assert said == f"{resource.kind} {NAME}: exceeded quota"
    for other in set(OWNED) - {resource}:
        assert world.only(other)
    assert "WriteRefused" in world.events()

    await world.look_at(MODEL_DEPLOYMENTS, "d")
    assert world.only(resource)
    assert world.conditions(MODEL_DEPLOYMENTS, "d")["Ready"][1] != "WriteRefused"


async def test_an_endpoint_whose_deployment_is_refused_says_so_and_goes_on_later() -> None:
    world = World()
    world.cluster.add(INFERENCE_ENDPOINTS, an_endpoint_manifest("e"))
    world.cluster.fail("apply", Forbidden("exceeded quota"), resource=MODEL_DEPLOYMENTS)

    result = await world.look_at(INFERENCE_ENDPOINTS, "e")

    assert result.look_again == REFUSAL_RETRY_SECONDS
    assert world.conditions(INFERENCE_ENDPOINTS, "e")["Ready"] == ("False", "WriteRefused")

    await world.settle()
    assert world.only(MODEL_DEPLOYMENTS)
    assert world.conditions(INFERENCE_ENDPOINTS, "e")["Ready"][1] == "WaitingForAllocations"
