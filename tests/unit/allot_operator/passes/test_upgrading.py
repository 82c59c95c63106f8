"""Several deployments in one cluster, and a new version of Allot that changes the pods of all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from allot_api.terms import UpgradePolicy
from allot_cluster.resources import DEPLOYMENTS, MODEL_DEPLOYMENTS
from allot_operator.passes.deployment_writing import UPGRADE_RETRY_SECONDS
from allot_operator.passes.surroundings import Result, Turns
from allot_operator.passes.turns import take_turn
from allot_operator.planning.upgrades import Upgrade
from tests.unit.allot_operator.builders import IMAGE, NAMESPACE, a_deployment_manifest
from tests.unit.allot_operator.passes.test_passes import World

NEXT = "allot/runtime:next"
NAMES = ("a", "b", "c")
COMPLETE, LATE = "NewReplicaSetAvailable", "ProgressDeadlineExceeded"


class Fleet(World):
    """Deployments whose rollouts the test plays: a real controller is not there."""

    async def look_at_all(self) -> dict[str, Result]:
        return {name: await self.look_at(MODEL_DEPLOYMENTS, name) for name in NAMES}

    def workload(self, name: str) -> dict[str, Any]:
        owner = f"uid-{name}"
        return next(
            one
            for one in self.cluster.peek_all(DEPLOYMENTS)
            if one["metadata"]["ownerReferences"][0]["uid"] == owner
        )

    def image(self, name: str) -> str:
        spec = self.workload(name)["spec"]["template"]["spec"]
        return str(spec["containers"][0]["image"])

    def upgraded(self) -> list[str]:
        return [name for name in NAMES if self.image(name) == NEXT]

    async def play(self, name: str, reason: str = COMPLETE, older: int = 0) -> None:
        """Set the status that the Deployment's controller would."""
        manifest = self.workload(name)
        status = {
            "observedGeneration": manifest["metadata"]["generation"],
            "replicas": 1 + older,
            "updatedReplicas": 1,
            "availableReplicas": 1,
            "conditions": [{"type": "Progressing", "status": "True", "reason": reason}],
        }
        await self.cluster.replace(DEPLOYMENTS, manifest | {"status": status}, subresource="status")

    def up_to_date(self, name: str) -> tuple[str, str]:
        return self.conditions(MODEL_DEPLOYMENTS, name)["UpToDate"]


@pytest.fixture
async def fleet() -> Fleet:
    fleet = Fleet()
    for name in NAMES:
        fleet.cluster.add(MODEL_DEPLOYMENTS, a_deployment_manifest(name, num_allocations=1))
    await fleet.look_at_all()
    for name in NAMES:
        await fleet.play(name)
    fleet.around = replace(fleet.around, runtime_image=NEXT)
    return fleet


async def test_deployments_are_upgraded_one_after_the_other(fleet: Fleet) -> None:
    results = await fleet.look_at_all()

    assert fleet.upgraded() == ["a"]
    assert fleet.up_to_date("b") == ("True", "UpgradeQueued")
    assert results["b"].look_again == UPGRADE_RETRY_SECONDS

    await fleet.play("a", "ReplicaSetUpdated", older=1)
    await fleet.look_at_all()
    assert fleet.upgraded() == ["a"]

    await fleet.play("a")
    await fleet.look_at_all()
    assert fleet.upgraded() == ["a", "b"]

    await fleet.play("b")
    await fleet.look_at_all()
    assert fleet.upgraded() == ["a", "b", "c"]


async def test_those_that_wait_read_the_one_that_rolls_and_not_all(fleet: Fleet) -> None:
    await fleet.look_at_all()
    fleet.cluster.calls.clear()

    await fleet.look_at(MODEL_DEPLOYMENTS, "b")

    assert fleet.upgraded() == ["a"]
    read = {(call.verb, call.resource) for call in fleet.cluster.calls}
    assert ("list", DEPLOYMENTS) not in read


async def test_a_deferred_upgrade_reads_nothing(fleet: Fleet) -> None:
    fleet.cluster.calls.clear()

    upgrade = await take_turn(fleet.around, UpgradePolicy.DEFERRED, None)

    assert (upgrade, fleet.cluster.calls) == (Upgrade.DEFERRED, [])


async def test_another_operator_finds_the_one_that_rolls(fleet: Fleet) -> None:
    await fleet.look_at_all()
    fleet.around = replace(fleet.around, turns=Turns())

    await fleet.look_at_all()

    assert fleet.upgraded() == ["a"]


async def test_one_that_is_stuck_past_its_deadline_holds_up_the_others_no_more(
    fleet: Fleet,
) -> None:
    await fleet.look_at_all()
    await fleet.play("a", "ReplicaSetUpdated", older=1)
    await fleet.look_at_all()
    assert fleet.upgraded() == ["a"]

    await fleet.play("a", LATE, older=1)
    await fleet.look_at_all()

    assert fleet.upgraded() == ["a", "b"]


async def test_a_change_of_the_spec_waits_for_no_one(fleet: Fleet) -> None:
    await fleet.look_at_all()
    changed = fleet.cluster.peek(MODEL_DEPLOYMENTS, NAMESPACE, "c")
    assert changed is not None
    changed["spec"]["num_threads"] = 2
    await fleet.cluster.replace(MODEL_DEPLOYMENTS, changed)

    await fleet.look_at_all()

    assert fleet.upgraded() == ["a", "c"]


async def set_policy(fleet: Fleet, name: str, policy: str, **spec: Any) -> None:
    manifest = fleet.cluster.peek(MODEL_DEPLOYMENTS, NAMESPACE, name)
    assert manifest is not None
    manifest["spec"] |= {"upgradePolicy": policy, **spec}
    await fleet.cluster.replace(MODEL_DEPLOYMENTS, manifest)


async def test_a_deployment_that_defers_upgrades_keeps_its_pods_and_lets_others_go(
    fleet: Fleet,
) -> None:
    await set_policy(fleet, "a", "Deferred")

    results = await fleet.look_at_all()

    assert fleet.image("a") == IMAGE
    assert fleet.upgraded() == ["b"]
    assert fleet.up_to_date("a") == ("True", "UpgradeDeferred")
    assert results["a"].look_again is None


@pytest.mark.parametrize(("policy", "spec"), [("Automatic", {}), ("Deferred", {"num_threads": 2})])
async def test_a_deferred_upgrade_comes_when_it_is_asked_for_or_with_the_next_change(
    fleet: Fleet, policy: str, spec: dict[str, Any]
) -> None:
    await set_policy(fleet, "a", "Deferred")
    await fleet.look_at(MODEL_DEPLOYMENTS, "a")

    await set_policy(fleet, "a", policy, **spec)
    await fleet.look_at(MODEL_DEPLOYMENTS, "a")

    assert fleet.upgraded() == ["a"]
    # Its pods are a real controller's affair.
    assert fleet.up_to_date("a")[0] == "True"


async def test_a_deferred_upgrade_moves_the_target_all_the_same(fleet: Fleet) -> None:
    await set_policy(fleet, "a", "Deferred", num_allocations=3)

    await fleet.look_at(MODEL_DEPLOYMENTS, "a")

    assert (fleet.workload("a")["spec"]["replicas"], fleet.image("a")) == (3, IMAGE)
