"""Whole passes on a cluster in memory: what they write, when, and when not."""

from __future__ import annotations

from typing import Any

import pytest

from allot_cluster.errors import Conflict, Forbidden, Unavailable
from allot_cluster.interface import Manifest
from allot_cluster.resources import (
    DEPLOYMENTS,
    DISRUPTION_BUDGETS,
    EVENTS,
    INFERENCE_ENDPOINTS,
    MODEL_DEPLOYMENTS,
    SERVICES,
    TRAINED_MODELS,
    Resource,
)
from allot_operator.errors import GatherAgain
from allot_operator.facts.reports import NotKnown, Reading
from allot_operator.observing.ledger import Ledger
from allot_operator.passes.announcing import Announcer
from allot_operator.passes.deployment_gathering import gather_deployment
from allot_operator.passes.deployment_pass import pass_over_deployment
from allot_operator.passes.endpoint_pass import pass_over_endpoint
from allot_operator.passes.gathering import find_squatter
from allot_operator.passes.model_pass import pass_over_model
from allot_operator.passes.status_writing import dump_status
from allot_operator.passes.surroundings import (
    GONE,
    REFUSAL_RETRY_SECONDS,
    Result,
    Surroundings,
)
from allot_operator.work.keys import Key
from tests.fakes.cluster import FakeCluster
from tests.unit.allot_operator.builders import (
    IMAGE,
    NAMESPACE,
    NOW,
    OPERATOR_NAMESPACE,
    a_deployment,
    a_deployment_manifest,
    a_model_manifest,
    a_subject,
    an_endpoint_manifest,
)

PASSES = {
    TRAINED_MODELS: pass_over_model,
    MODEL_DEPLOYMENTS: pass_over_deployment,
    INFERENCE_ENDPOINTS: pass_over_endpoint,
}


class Silence:
    """Pods that never answer."""

    async def read(self, ip: str, namespace: str) -> Reading:
        return NotKnown("nobody asked")


class World:
    """A cluster in memory with one model, and the passes over it."""

    def __init__(self) -> None:
        self.cluster = FakeCluster()
        self.around = Surroundings(
            cluster=self.cluster,
            announcer=Announcer(self.cluster, lambda: NOW, "test"),
            ledger=Ledger(),
            stats=Silence(),
            now=lambda: NOW,
            operator_namespace=OPERATOR_NAMESPACE,
            runtime_image=IMAGE,
        )
        self.cluster.add(TRAINED_MODELS, a_model_manifest())

    async def look_at(self, resource: Resource, name: str, namespace: str = NAMESPACE) -> Result:
        return await PASSES[resource](self.around, Key(resource, namespace, name))

    async def settle(self, name: str = "e") -> None:
        """Look at an endpoint and its deployment until nothing more is to be done."""
        for _ in range(3):
            await self.look_at(INFERENCE_ENDPOINTS, name)
            for made in self.cluster.peek_all(MODEL_DEPLOYMENTS):
                await self.look_at(MODEL_DEPLOYMENTS, made["metadata"]["name"])

    def conditions(self, resource: Resource, name: str) -> dict[str, tuple[str, str]]:
        manifest = self.cluster.peek(resource, NAMESPACE, name)
        assert manifest is not None
        return {
            one["type"]: (one["status"], one["reason"]) for one in manifest["status"]["conditions"]
        }

    def events(self) -> list[str]:
        return [event["reason"] for event in self.cluster.peek_all(EVENTS)]

    def only(self, resource: Resource) -> Manifest:
        (found,) = self.cluster.peek_all(resource)
        return found


@pytest.fixture
def world() -> World:
    return World()


async def test_an_endpoint_becomes_a_deployment_and_what_it_owns(world: World) -> None:
    world.cluster.add(INFERENCE_ENDPOINTS, an_endpoint_manifest("e", num_allocations=2))

    await world.settle()

    owner = world.only(MODEL_DEPLOYMENTS)["metadata"]
    assert owner["ownerReferences"][0]["name"] == "e"
    for resource in (DEPLOYMENTS, SERVICES, DISRUPTION_BUDGETS):
        assert world.only(resource)["metadata"]["ownerReferences"][0]["uid"] == owner["uid"]
    assert world.only(DEPLOYMENTS)["spec"]["replicas"] == 2
    assert world.conditions(INFERENCE_ENDPOINTS, "e")["Accepted"] == ("True", "Accepted")
    assert world.events()[:2] == ["Accepted", "DeploymentCreated"]


async def test_a_settled_world_is_quiet(world: World) -> None:
    world.cluster.add(INFERENCE_ENDPOINTS, an_endpoint_manifest("e"))
    await world.settle()
    world.cluster.writes.clear()

    await world.settle()

    assert world.cluster.writes == []


async def test_a_restart_writes_nothing(world: World) -> None:
    world.cluster.add(INFERENCE_ENDPOINTS, an_endpoint_manifest("e"))
    await world.settle()
    world.cluster.writes.clear()

    world.around.ledger.clear()
    await world.settle()

    assert world.cluster.writes == []


async def test_an_unknown_model_makes_nothing_and_is_answered(world: World) -> None:
    world.cluster.add(INFERENCE_ENDPOINTS, an_endpoint_manifest("e", model_id="nobodys"))

    await world.look_at(INFERENCE_ENDPOINTS, "e")

    assert world.conditions(INFERENCE_ENDPOINTS, "e")["Accepted"] == ("False", "ModelNotFound")
    assert world.cluster.peek_all(MODEL_DEPLOYMENTS) == []
    assert world.events() == ["ModelNotFound"]


async def test_users_objects_are_written_by_their_status_only(world: World) -> None:
    world.cluster.add(INFERENCE_ENDPOINTS, an_endpoint_manifest("e"))

    await world.settle()

    written = {
        call.subresource
        for call in world.cluster.writes
        if call.resource in (INFERENCE_ENDPOINTS, TRAINED_MODELS)
    }
    assert written == {"status"}


async def test_what_is_gone_is_gone(world: World) -> None:
    for resource in PASSES:
        assert await world.look_at(resource, "nothing") == GONE


async def test_a_model_is_accepted(world: World) -> None:
    await world.look_at(TRAINED_MODELS, "e5", OPERATOR_NAMESPACE)

    manifest = world.cluster.peek(TRAINED_MODELS, OPERATOR_NAMESPACE, "e5")
    assert manifest is not None
    assert manifest["status"]["conditions"][0]["reason"] == "Accepted"


async def test_a_deployment_of_our_name_that_is_not_ours_is_never_taken(world: World) -> None:
    world.cluster.add(MODEL_DEPLOYMENTS, a_deployment_manifest("d", num_allocations=1))
    await world.look_at(MODEL_DEPLOYMENTS, "d")
    taken = world.only(DEPLOYMENTS)
    other = World()
    del taken["metadata"]["ownerReferences"]
    other.cluster.add(DEPLOYMENTS, taken)
    other.cluster.add(MODEL_DEPLOYMENTS, a_deployment_manifest("d", num_allocations=3))

    await other.look_at(MODEL_DEPLOYMENTS, "d")

    assert other.only(DEPLOYMENTS)["spec"] == taken["spec"]
    assert other.conditions(MODEL_DEPLOYMENTS, "d")["Accepted"] == ("False", "IdTaken")


async def test_a_newcomer_of_the_same_second_takes_no_id_from_one_that_serves(
    world: World,
) -> None:
    spec = {"inference_id": "wanted"}
    # By uid the newcomer, "a", would be the first of the two.
    world.cluster.add(INFERENCE_ENDPOINTS, an_endpoint_manifest("z", spec=spec))
    await world.settle("z")
    world.cluster.add(INFERENCE_ENDPOINTS, an_endpoint_manifest("a", spec=spec))

    for name in ("a", "z", "a"):
        await world.settle(name)

    assert world.conditions(INFERENCE_ENDPOINTS, "z")["Accepted"] == ("True", "Accepted")
    assert world.conditions(INFERENCE_ENDPOINTS, "a")["Accepted"] == ("False", "IdTaken")


async def test_two_of_the_same_second_agree_although_neither_was_judged_before(
    world: World,
) -> None:
    spec = {"inference_id": "wanted"}
    world.cluster.add(INFERENCE_ENDPOINTS, an_endpoint_manifest("z", spec=spec))
    # The first has made its deployment, and the operator ended before it said so in the status.
    world.cluster.fail("apply", Conflict("gone"), resource=INFERENCE_ENDPOINTS)
    with pytest.raises(GatherAgain):
        await world.look_at(INFERENCE_ENDPOINTS, "z")
    world.cluster.add(INFERENCE_ENDPOINTS, an_endpoint_manifest("a", spec=spec))

    for name in ("a", "z"):
        await world.settle(name)

    assert world.conditions(INFERENCE_ENDPOINTS, "z")["Accepted"] == ("True", "Accepted")
    assert world.conditions(INFERENCE_ENDPOINTS, "a")["Accepted"] == ("False", "IdTaken")


async def test_a_refusal_of_the_api_server_is_told_and_tried_again(world: World) -> None:
    world.cluster.add(MODEL_DEPLOYMENTS, a_deployment_manifest("d", num_allocations=1))
    world.cluster.fail("apply", Forbidden("exceeded quota"), resource=DEPLOYMENTS)

    result = await world.look_at(MODEL_DEPLOYMENTS, "d")

    assert result.look_again == REFUSAL_RETRY_SECONDS
    assert world.conditions(MODEL_DEPLOYMENTS, "d")["Ready"] == ("False", "WriteRefused")


async def test_an_api_server_that_is_away_leaves_the_pass_to_be_made_again(world: World) -> None:
    world.cluster.add(MODEL_DEPLOYMENTS, a_deployment_manifest("d"))
    world.cluster.away = True

    with pytest.raises(Unavailable):
        await world.look_at(MODEL_DEPLOYMENTS, "d")

    world.cluster.away = False
    assert world.cluster.peek_all(DEPLOYMENTS) == []


async def test_a_status_never_lands_on_an_object_that_moved_on(world: World) -> None:
    world.cluster.add(INFERENCE_ENDPOINTS, an_endpoint_manifest("e", model_id="nobodys"))
    world.cluster.fail("apply", Conflict("moved on"), resource=INFERENCE_ENDPOINTS)

    with pytest.raises(GatherAgain):
        await world.look_at(INFERENCE_ENDPOINTS, "e")

    assert world.events() == []


async def test_an_event_that_cannot_be_posted_is_let_go(world: World) -> None:
    world.cluster.add(INFERENCE_ENDPOINTS, an_endpoint_manifest("e", model_id="nobodys"))
    world.cluster.fail("create", Forbidden("no Events here"), resource=EVENTS)

    await world.look_at(INFERENCE_ENDPOINTS, "e")

    assert world.conditions(INFERENCE_ENDPOINTS, "e")["Ready"][1] == "ModelNotFound"


async def test_all_that_a_pass_rests_on_is_read_at_once(world: World) -> None:
    world.cluster.add(MODEL_DEPLOYMENTS, a_deployment_manifest("d"))

    gathered = await gather_deployment(world.around, a_deployment("d"))

    assert gathered.scene.squatters == ()
    assert (gathered.actual.workload, gathered.pods) == (None, ())


def test_what_is_left_of_a_former_owner_is_waited_for() -> None:
    owner = a_subject("d", uid="new")
    left: dict[str, Any] = {
        "metadata": {
            "name": "allot-d",
            "ownerReferences": [
                {"kind": "ModelDeployment", "name": "d", "uid": "old", "controller": True}
            ],
        }
    }

    with pytest.raises(GatherAgain, match="of a former ModelDeployment d"):
        find_squatter(DEPLOYMENTS, left, owner)
    assert find_squatter(DEPLOYMENTS, None, owner) is None


def test_a_status_is_stored_in_the_apis_words() -> None:
    status = a_deployment("d").status.model_copy(update={"observed_generation": 3})

    assert dump_status(status)["observedGeneration"] == 3
