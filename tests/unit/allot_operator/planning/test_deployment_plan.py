from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from allot_cluster.resources import DEPLOYMENTS, DISRUPTION_BUDGETS, MODEL_DEPLOYMENTS, SERVICES
from allot_cluster.subjects import Subject
from allot_operator.facts.workloads import read_workload
from allot_operator.passes.applying import apply_actions
from allot_operator.planning.actions import Action, Apply
from allot_operator.planning.deployment_plan import (
    Actual,
    Wanted,
    build_wanted,
    is_upgrade,
    plan_deployment,
)
from allot_operator.planning.upgrades import Upgrade
from tests.fakes.cluster import FakeCluster
from tests.unit.allot_operator.builders import (
    IMAGE,
    NAMESPACE,
    a_deployment_manifest,
    a_found_model,
    a_subject,
    some_settings,
)

thread_counts = st.sampled_from([1, 2, 4, 8, 16, 32])
targets = st.integers(min_value=0, max_value=50)
specs = st.fixed_dictionaries(
    {"num_threads": thread_counts},
    optional={
        "queue_capacity": st.integers(min_value=1, max_value=100),
        "cpuLimit": st.sampled_from(["NumThreads", "None"]),
        "cache": st.sampled_from(
            [{"persistentVolumeClaim": {"claimName": "c"}}, {"hostPath": {"path": "/x"}}]
        ),
    },
)

# Each example is a whole cluster in memory, of which a series of writes takes 30 ms.
few = settings(max_examples=15, deadline=None)


def a_cluster() -> tuple[FakeCluster, Subject]:
    cluster = FakeCluster()
    cluster.add(MODEL_DEPLOYMENTS, a_deployment_manifest("d"))
    return cluster, a_subject("d")


def wanted_of(owner: Subject, image: str = IMAGE, **spec: Any) -> Wanted:
    return build_wanted(owner, some_settings(**spec), a_found_model(), image)


def read(cluster: FakeCluster, wanted: Wanted) -> Actual:
    name = wanted.workload["metadata"]["name"]
    live = cluster.peek(DEPLOYMENTS, NAMESPACE, name)
    return Actual(
        read_workload(live) if live else None,
        cluster.peek(SERVICES, NAMESPACE, name),
        cluster.peek(DISRUPTION_BUDGETS, NAMESPACE, name),
    )


def carry_out(cluster: FakeCluster, wanted: Wanted, target: int) -> tuple[Action, ...]:
    plan = plan_deployment(wanted, read(cluster, wanted), target)
    asyncio.run(apply_actions(cluster, plan))
    return plan


def replicas(cluster: FakeCluster, wanted: Wanted) -> int:
    workload = read(cluster, wanted).workload
    assert workload is not None
    return workload.replicas


@few
@given(specs, targets)
def test_what_was_planned_leaves_nothing_to_plan(spec: dict[str, Any], target: int) -> None:
    cluster, owner = a_cluster()
    wanted = wanted_of(owner, **spec)

    carry_out(cluster, wanted, target)

    assert plan_deployment(wanted, read(cluster, wanted), target) == ()
    assert replicas(cluster, wanted) == target


@few
@given(st.lists(st.tuples(specs, targets), min_size=2, max_size=4))
def test_any_series_of_wishes_ends_at_the_last(wishes: list[tuple[dict[str, Any], int]]) -> None:
    cluster, owner = a_cluster()

    for spec, target in wishes:
        carry_out(cluster, wanted_of(owner, **spec), target)

    wanted = wanted_of(owner, **wishes[-1][0])
    assert plan_deployment(wanted, read(cluster, wanted), wishes[-1][1]) == ()


@few
@given(targets, st.integers(min_value=0, max_value=4))
def test_a_crash_after_any_write_is_healed_by_the_next_pass(target: int, written: int) -> None:
    cluster, owner = a_cluster()
    wanted = wanted_of(owner)
    plan = plan_deployment(wanted, Actual(), target)

    asyncio.run(apply_actions(cluster, plan[:written]))
    carry_out(cluster, wanted, target)

    assert plan_deployment(wanted, read(cluster, wanted), target) == ()
    assert replicas(cluster, wanted) == target


@few
@given(st.integers(min_value=2, max_value=9), thread_counts)
def test_a_change_of_shape_never_moves_the_target(target: int, threads: int) -> None:
    cluster, owner = a_cluster()
    carry_out(cluster, wanted_of(owner), target)
    changed = wanted_of(owner, num_threads=threads, queue_capacity=7)

    shape = [
        action
        for action in plan_deployment(changed, read(cluster, changed), target)
        if isinstance(action, Apply) and not action.is_scaling
    ]
    asyncio.run(apply_actions(cluster, shape))

    assert replicas(cluster, changed) == target


def test_service_and_budget_come_before_the_pods_and_the_target_last() -> None:
    plan = plan_deployment(wanted_of(a_subject("d")), Actual(), 1)

    assert [action.resource for action in plan if isinstance(action, Apply)] == [
        SERVICES,
        DISRUPTION_BUDGETS,
        DEPLOYMENTS,
        DEPLOYMENTS,
    ]
    assert [action.manager for action in plan if isinstance(action, Apply)] == [
        "allot",
        "allot",
        "allot",
        "allot-scaler",
    ]


def test_another_image_alone_is_an_upgrade() -> None:
    cluster, owner = a_cluster()
    carry_out(cluster, wanted_of(owner), 1)

    newer = wanted_of(owner, image="allot/runtime:next")
    changed = wanted_of(owner, image="allot/runtime:next", num_threads=2)

    assert is_upgrade(newer, read(cluster, newer))
    assert not is_upgrade(changed, read(cluster, changed))
    assert not is_upgrade(newer, Actual())


def test_an_upgrade_that_waits_leaves_all_but_the_target() -> None:
    cluster, owner = a_cluster()
    carry_out(cluster, wanted_of(owner), 1)
    newer = wanted_of(owner, image="allot/runtime:next")

    plan = plan_deployment(newer, read(cluster, newer), 2, upgrade=Upgrade.QUEUED)

    assert [action.is_scaling for action in plan if isinstance(action, Apply)] == [True]
