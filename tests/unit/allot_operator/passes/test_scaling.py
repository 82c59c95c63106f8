"""How a decision of the rounds reaches the Deployment, the record and the status."""

from __future__ import annotations

from dataclasses import replace

from allot_api.names import decisions_name
from allot_api.scaling_decision import DECISIONS_KEY, Decisions, parse_decisions
from allot_cluster.errors import Forbidden
from allot_cluster.resources import CONFIG_MAPS, DEPLOYMENTS, EVENTS, LEASES, MODEL_DEPLOYMENTS
from allot_operator.observing.gateway_rounds import look_for_gateways
from allot_operator.scaling.decision import Decision
from allot_operator.scaling.reasons import ScalingReason
from allot_operator.work.keys import Key
from tests.unit.allot_operator.builders import NAMESPACE, a_deployment_manifest
from tests.unit.allot_operator.observing.test_gateways import a_lease
from tests.unit.allot_operator.passes.test_passes import World

KEY = Key(MODEL_DEPLOYMENTS, NAMESPACE, "d")
ADAPTIVE = {"enabled": True, "max_number_of_allocations": 4}
FROM_ZERO = {"enabled": True, "min_number_of_allocations": 0, "max_number_of_allocations": 32}


async def an_adaptive_world() -> World:
    """Return a world whose deployment has its first allocation."""
    world = World()
    world.cluster.add(MODEL_DEPLOYMENTS, a_deployment_manifest(adaptive_allocations=ADAPTIVE))
    await world.look_at(MODEL_DEPLOYMENTS, "d")
    return world


def decide(world: World, target: int, reason: ScalingReason = ScalingReason.MORE_WORK) -> None:
    """Have the last round decided on a target."""
    entries = world.around.ledger._entries
    entry = entries[KEY]
    decision = Decision(target, reason, "much arrives", entry.memory, (("waiting_tokens", 9.0),))
    entries[KEY] = replace(entry, decision=decision, decided_on=entry.target)


def recorded(world: World) -> Decisions:
    found = world.cluster.peek(CONFIG_MAPS, NAMESPACE, decisions_name("d"))
    return parse_decisions((found or {"data": {}})["data"].get(DECISIONS_KEY, ""))


async def test_a_pass_sends_what_the_rounds_decided_and_keeps_why() -> None:
    world = await an_adaptive_world()
    assert recorded(world).records == ()

    decide(world, 3)
    await world.look_at(MODEL_DEPLOYMENTS, "d")

    assert world.only(DEPLOYMENTS)["spec"]["replicas"] == 3
    (record,) = recorded(world).records
    assert (record.previous, record.target, record.reason) == (1, 3, "MoreWork")
    assert record.inputs == {"waiting_tokens": 9.0}
    event = next(one for one in world.cluster.peek_all(EVENTS) if one["reason"] == "ScaledTo")
    assert event["message"] == "from 1 to 3 allocations: much arrives"


async def test_a_pass_that_changes_nothing_reads_and_writes_no_record() -> None:
    world = await an_adaptive_world()
    decide(world, 3)
    await world.look_at(MODEL_DEPLOYMENTS, "d")
    calls = len(world.cluster.writes)

    await world.look_at(MODEL_DEPLOYMENTS, "d")

    assert len(recorded(world).records) == 1
    assert len(world.cluster.writes) == calls


async def test_a_record_goes_with_its_deployment_and_is_found_after_a_restart() -> None:
    world = await an_adaptive_world()
    decide(world, 3)
    await world.look_at(MODEL_DEPLOYMENTS, "d")
    world.around.ledger.clear()
    await world.look_at(MODEL_DEPLOYMENTS, "d")
    decide(world, 2, ScalingReason.LESS_WORK)
    await world.look_at(MODEL_DEPLOYMENTS, "d")

    assert [(one.previous, one.target) for one in recorded(world).records] == [(1, 3), (3, 2)]
    owner = world.only(CONFIG_MAPS)["metadata"]["ownerReferences"][0]
    assert (owner["kind"], owner["name"]) == ("ModelDeployment", "d")


async def test_a_restart_changes_no_target() -> None:
    world = await an_adaptive_world()
    decide(world, 3)
    await world.look_at(MODEL_DEPLOYMENTS, "d")
    world.around.ledger.clear()

    await world.look_at(MODEL_DEPLOYMENTS, "d")

    assert world.only(DEPLOYMENTS)["spec"]["replicas"] == 3


async def test_a_configmap_of_somebody_elses_is_left_alone() -> None:
    world = await an_adaptive_world()
    name = decisions_name("d")
    metadata = {"namespace": NAMESPACE, "name": name}
    theirs = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"a": "b"}}
    world.cluster.add(CONFIG_MAPS, theirs)

    decide(world, 2)
    await world.look_at(MODEL_DEPLOYMENTS, "d")

    assert world.only(CONFIG_MAPS)["data"] == {"a": "b"}
    assert world.only(DEPLOYMENTS)["spec"]["replicas"] == 2


async def test_scaling_goes_on_where_records_may_not_be_written() -> None:
    world = await an_adaptive_world()
    world.cluster.fail("apply", Forbidden("no"), resource=CONFIG_MAPS)

    decide(world, 2)
    await world.look_at(MODEL_DEPLOYMENTS, "d")

    assert world.only(DEPLOYMENTS)["spec"]["replicas"] == 2
    assert world.conditions(MODEL_DEPLOYMENTS, "d")["Accepted"] == ("True", "Accepted")


async def test_the_maximum_is_told_by_condition_event_and_record() -> None:
    world = await an_adaptive_world()
    decide(world, 4)
    await world.look_at(MODEL_DEPLOYMENTS, "d")
    decide(world, 4, ScalingReason.AT_MAXIMUM)
    for _ in range(2):
        await world.look_at(MODEL_DEPLOYMENTS, "d")

    assert world.conditions(MODEL_DEPLOYMENTS, "d")["ScalingLimited"] == ("True", "AtMaximum")
    assert world.events().count("AtMaximum") == 1
    assert [one.reason for one in recorded(world).records] == ["MoreWork", "AtMaximum"]


async def test_without_a_gateway_one_allocation_stays_and_a_condition_says_so() -> None:
    world = await an_adaptive_world()
    around = world.around

    async def look() -> tuple[str, str]:
        await look_for_gateways(world.cluster, around.gateways, (), around.monotonic)
        await world.look_at(MODEL_DEPLOYMENTS, "d")
        return world.conditions(MODEL_DEPLOYMENTS, "d")["ScalingLimited"]

    assert await look() == ("True", "NoGateway")
    lease = a_lease()
    lease["metadata"]["namespace"] = NAMESPACE
    world.cluster.add(LEASES, lease)
    assert await look() == ("False", "WithinBounds")


async def a_preconfigured_world(*, with_gateway: bool) -> World:
    """Return a world with a preconfigured endpoint's deployment that has just been made."""
    world = World()
    if with_gateway:
        world.cluster.add(LEASES, a_lease())
    around = world.around
    await look_for_gateways(around.cluster, around.gateways, (), around.monotonic)
    spec = {"deployment_id": ".elser-2-elasticsearch", "adaptive_allocations": FROM_ZERO}
    world.cluster.add(MODEL_DEPLOYMENTS, a_deployment_manifest(**spec))
    for _ in range(2):
        await world.look_at(MODEL_DEPLOYMENTS, "d")
    return world


async def test_a_preconfigured_endpoint_costs_nothing_until_it_is_used() -> None:
    world = await a_preconfigured_world(with_gateway=True)

    assert world.only(DEPLOYMENTS)["spec"]["replicas"] == 0
    assert world.conditions(MODEL_DEPLOYMENTS, "d")["ScalingLimited"] == ("False", "WithinBounds")
    assert world.conditions(MODEL_DEPLOYMENTS, "d")["Ready"][0] == "True"


async def test_without_a_gateway_it_starts_with_one_and_a_condition_says_why() -> None:
    world = await a_preconfigured_world(with_gateway=False)

    assert world.only(DEPLOYMENTS)["spec"]["replicas"] == 1
    assert world.conditions(MODEL_DEPLOYMENTS, "d")["ScalingLimited"] == ("True", "NoGateway")
