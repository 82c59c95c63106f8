"""Passes that fail again and again, and Events that would be posted again and again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from allot_cluster.errors import Conflict, Forbidden
from allot_cluster.resources import (
    EVENTS,
    INFERENCE_ENDPOINTS,
    MODEL_DEPLOYMENTS,
    PODS,
    TRAINED_MODELS,
)
from allot_operator.judging.repetition import QUIET
from allot_operator.judging.transitions import Notice, Severity
from allot_operator.passes.announcing import Announcer
from allot_operator.passes.failing import tell_failure
from allot_operator.work.keys import Key
from tests.unit.allot_operator.builders import (
    NAMESPACE,
    NOW,
    OPERATOR_NAMESPACE,
    a_deployment_manifest,
    a_subject,
    an_endpoint_manifest,
)
from tests.unit.allot_operator.passes.test_passes import World

WHY = "pods is forbidden"
D, E = Key(MODEL_DEPLOYMENTS, NAMESPACE, "d"), Key(INFERENCE_ENDPOINTS, NAMESPACE, "e")


@pytest.fixture
def world() -> World:
    world = World()
    world.cluster.add(MODEL_DEPLOYMENTS, a_deployment_manifest("d", num_allocations=1))
    return world


async def test_a_pass_that_fails_is_told_and_so_is_that_it_does_no_more(world: World) -> None:
    world.cluster.fail("list", Forbidden(WHY), resource=PODS)
    with pytest.raises(Forbidden):
        await world.look_at(MODEL_DEPLOYMENTS, "d")

    await tell_failure(world.around, D, WHY)

    assert world.conditions(MODEL_DEPLOYMENTS, "d")["Ready"] == ("Unknown", "PassFailed")
    assert world.conditions(MODEL_DEPLOYMENTS, "d")["Accepted"] == ("Unknown", "NotYetChecked")
    assert "PassFailed" in world.events()

    await world.look_at(MODEL_DEPLOYMENTS, "d")
    assert world.conditions(MODEL_DEPLOYMENTS, "d")["Ready"][0] == "False"
    assert world.conditions(MODEL_DEPLOYMENTS, "d")["Accepted"] == ("True", "Accepted")


async def test_it_is_told_once(world: World) -> None:
    await tell_failure(world.around, D, WHY)
    world.cluster.writes.clear()

    await tell_failure(world.around, D, WHY)

    assert world.cluster.writes == []


async def test_what_status_said_otherwise_stays(world: World) -> None:
    await world.look_at(MODEL_DEPLOYMENTS, "d")
    before = world.only(MODEL_DEPLOYMENTS)["status"]

    await tell_failure(world.around, D, WHY)

    after = world.only(MODEL_DEPLOYMENTS)["status"]
    assert {key for key in before if before[key] != after.get(key)} == {"conditions"}


async def test_the_endpoint_of_a_deployment_repeats_it() -> None:
    world = World()
    world.cluster.add(INFERENCE_ENDPOINTS, an_endpoint_manifest("e"))
    await world.settle()
    name = world.only(MODEL_DEPLOYMENTS)["metadata"]["name"]

    await tell_failure(world.around, Key(MODEL_DEPLOYMENTS, NAMESPACE, name), WHY)
    await world.look_at(INFERENCE_ENDPOINTS, "e")

    assert world.conditions(INFERENCE_ENDPOINTS, "e")["Ready"] == ("Unknown", "PassFailed")


async def test_every_kind_can_tell(world: World) -> None:
    world.cluster.add(INFERENCE_ENDPOINTS, an_endpoint_manifest("e"))

    await tell_failure(world.around, E, WHY)
    await tell_failure(world.around, Key(TRAINED_MODELS, OPERATOR_NAMESPACE, "e5"), WHY)

    assert world.conditions(INFERENCE_ENDPOINTS, "e")["Ready"] == ("Unknown", "PassFailed")
    (condition,) = world.only(TRAINED_MODELS)["status"]["conditions"]
    assert (condition["reason"], condition["observedGeneration"]) == ("NotYetChecked", 1)


@pytest.mark.parametrize("verb", ["get", "apply"])
async def test_what_cannot_be_told_is_let_go(world: World, verb: str) -> None:
    world.cluster.fail(verb, Conflict("moved on"), resource=MODEL_DEPLOYMENTS)

    await tell_failure(world.around, D, WHY)

    assert "status" not in world.only(MODEL_DEPLOYMENTS)


async def test_what_is_gone_is_not_told(world: World) -> None:
    await tell_failure(world.around, replace(D, name="gone"), WHY)

    assert world.cluster.writes == []


async def test_every_condition_says_which_generation_it_speaks_of(world: World) -> None:
    world.cluster.add(INFERENCE_ENDPOINTS, an_endpoint_manifest("e"))
    await world.settle()
    await world.look_at(MODEL_DEPLOYMENTS, "d")
    await world.look_at(TRAINED_MODELS, "e5", OPERATOR_NAMESPACE)

    for resource in (TRAINED_MODELS, MODEL_DEPLOYMENTS, INFERENCE_ENDPOINTS):
        for manifest in world.cluster.peek_all(resource):
            generation = manifest["metadata"]["generation"]
            conditions: list[dict[str, Any]] = manifest["status"]["conditions"]
            assert conditions
            assert {one["observedGeneration"] for one in conditions} == {generation}


class Clock:
    """A time that the test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


async def test_what_is_said_again_is_counted_on_the_event_that_is_there(world: World) -> None:
    clock = Clock()
    announcer = Announcer(world.cluster, clock, "test")
    notice = Notice(Severity.WARNING, "CrashLooping", "why")

    for _ in range(3):
        await announcer.announce(a_subject("d"), [notice])
    (first,) = world.cluster.peek_all(EVENTS)
    clock.now = NOW + QUIET
    await announcer.announce(a_subject("d"), [notice])

    assert first["count"] == 1
    event = world.only(EVENTS)
    assert (event["count"], event["metadata"]["name"]) == (4, first["metadata"]["name"])
    assert event["lastTimestamp"] > event["firstTimestamp"]
