"""What `allot_cluster.interface.Cluster` promises, of the fake and of a real API server alike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import pytest

from allot_cluster.errors import AlreadyExists, Conflict, Invalid, NotFound
from allot_cluster.interface import Change, ChangeType, Cluster, Manifest
from allot_cluster.resources import (
    CONFIG_MAPS,
    DEPLOYMENTS,
    DISRUPTION_BUDGETS,
    EVENTS,
    LEASES,
    NAMESPACES,
    SERVICES,
    Resource,
)
from tests.fakes.cluster import FakeCluster

SHAPE = "shape"
SCALER = "scaler"
LABELS = {"app": "contract"}


def a_config_map(namespace: str, name: str = "settings", **data: str) -> Manifest:
    return {"metadata": {"name": name, "namespace": namespace, "labels": LABELS}, "data": data}


def a_deployment(namespace: str, **spec: Any) -> Manifest:
    container = {
        "name": "runtime",
        "image": "example/runtime:1",
        "env": [{"name": "FIRST", "value": "1"}, {"name": "SECOND", "value": "2"}],
        "ports": [{"name": "http", "containerPort": 8080}],
    }
    return {
        "metadata": {"name": "model", "namespace": namespace, "labels": LABELS},
        "spec": {
            "selector": {"matchLabels": LABELS},
            "template": {"metadata": {"labels": LABELS}, "spec": {"containers": [container]}},
            **spec,
        },
    }


def a_scale(namespace: str, replicas: int) -> Manifest:
    return {"metadata": {"name": "model", "namespace": namespace}, "spec": {"replicas": replicas}}


def a_scale_object(live: Manifest, replicas: int) -> Manifest:
    kept = {key: live["metadata"][key] for key in ("name", "namespace", "resourceVersion")}
    return {
        "apiVersion": "autoscaling/v1",
        "kind": "Scale",
        "metadata": kept,
        "spec": {"replicas": replicas},
    }


def a_budget_status(namespace: str, **status: Any) -> Manifest:
    counts = {"currentHealthy": 1, "desiredHealthy": 1, "disruptionsAllowed": 0, "expectedPods": 1}
    return {"metadata": {"name": "budget", "namespace": namespace}, "status": {**counts, **status}}


def owners_of_replicas(deployment: Manifest) -> set[str]:
    return {
        entry["manager"]
        for entry in deployment["metadata"]["managedFields"]
        if "f:replicas" in entry["fieldsV1"].get("f:spec", {})
        and entry["manager"] in {SHAPE, SCALER}
    }


async def until_gone(cluster: Cluster, resource: Resource, namespace: str, name: str) -> None:
    for _ in range(300):
        if await cluster.get(resource, namespace, name) is None:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{resource.kind} {name} is still there")


async def until_synced(changes: AsyncGenerator[Change, None]) -> list[Change]:
    found: list[Change] = []
    async with asyncio.timeout(15):
        async for change in changes:
            if change.type is ChangeType.SYNCED:
                return found
            found.append(change)
    raise AssertionError("the watch ended")


async def next_change(changes: AsyncGenerator[Change, None]) -> Change:
    async with asyncio.timeout(15):
        return await anext(changes)


def test_the_fake_has_the_protocols_types() -> None:
    twin: Cluster = FakeCluster()

    assert twin is not None


async def test_get_returns_none_for_what_is_not_there(cluster: Cluster, namespace: str) -> None:
    assert await cluster.get(CONFIG_MAPS, namespace, "absent") is None


async def test_get_returns_what_was_created(cluster: Cluster, namespace: str) -> None:
    created = await cluster.create(CONFIG_MAPS, a_config_map(namespace, colour="red"))

    found = await cluster.get(CONFIG_MAPS, namespace, "settings")

    assert found == created
    assert found["data"] == {"colour": "red"}
    assert found["metadata"]["uid"]


async def test_an_object_of_a_namespace_needs_one(cluster: Cluster) -> None:
    with pytest.raises(ValueError, match="needs a namespace"):
        await cluster.create(CONFIG_MAPS, {"metadata": {"name": "settings"}})


async def test_create_refuses_a_name_that_is_taken(cluster: Cluster, namespace: str) -> None:
    await cluster.create(CONFIG_MAPS, a_config_map(namespace))

    with pytest.raises(AlreadyExists, match="settings"):
        await cluster.create(CONFIG_MAPS, a_config_map(namespace))


async def test_create_completes_a_generated_name(cluster: Cluster, namespace: str) -> None:
    event = {
        "metadata": {"generateName": "model.", "namespace": namespace},
        "involvedObject": {"kind": "Pod", "name": "model", "namespace": namespace},
    }

    first = await cluster.create(EVENTS, event)
    second = await cluster.create(EVENTS, event)

    assert first["metadata"]["name"].startswith("model.")
    assert first["metadata"]["name"] != second["metadata"]["name"]


async def test_a_cluster_scoped_object_needs_no_namespace(cluster: Cluster, namespace: str) -> None:
    found = await cluster.get(NAMESPACES, None, namespace)

    assert found is not None
    assert found["kind"] == "Namespace"


async def test_list_selects_by_namespace_and_labels(cluster: Cluster, namespace: str) -> None:
    for name, tier in (("a", "front"), ("b", "back"), ("c", "")):
        manifest = a_config_map(namespace, name)
        manifest["metadata"]["labels"] = {"listed": "yes", **({"tier": tier} if tier else {})}
        await cluster.create(CONFIG_MAPS, manifest)

    async def names(selector: str, where: str | None = namespace) -> list[str]:
        listing = await cluster.list(CONFIG_MAPS, namespace=where, label_selector=selector)
        assert listing.resource_version
        assert {item["kind"] for item in listing.items} <= {"ConfigMap"}
        return sorted(
            item["metadata"]["name"]
            for item in listing.items
            if item["metadata"]["namespace"] == namespace
        )

    assert await names("listed=yes") == ["a", "b", "c"]
    assert await names("tier=front") == ["a"]
    assert await names("listed=yes,tier!=front") == ["b", "c"]
    assert await names("tier in (front, back)") == ["a", "b"]
    assert await names("listed,tier notin (front)") == ["b", "c"]
    assert await names("tier") == ["a", "b"]
    assert await names("listed,!tier") == ["c"]
    assert await names("tier=back", None) == ["b"]


async def test_replace_honours_the_version(cluster: Cluster, namespace: str) -> None:
    old = await cluster.create(CONFIG_MAPS, a_config_map(namespace, colour="red"))
    new = await cluster.replace(CONFIG_MAPS, {**old, "data": {"colour": "blue"}})

    with pytest.raises(Conflict, match="modified"):
        await cluster.replace(CONFIG_MAPS, {**old, "data": {"colour": "green"}})

    assert new["data"] == {"colour": "blue"}
    assert await cluster.get(CONFIG_MAPS, namespace, "settings") == new


async def test_replace_of_what_is_not_there_is_not_found(cluster: Cluster, namespace: str) -> None:
    old = await cluster.create(CONFIG_MAPS, a_config_map(namespace))
    await cluster.delete(CONFIG_MAPS, namespace, "settings")

    with pytest.raises(NotFound):
        await cluster.replace(CONFIG_MAPS, old)


async def test_replace_of_a_lease_that_is_gone_is_a_conflict(
    cluster: Cluster, namespace: str
) -> None:
    old = await cluster.create(LEASES, {"metadata": {"name": "gone", "namespace": namespace}})
    await cluster.delete(LEASES, namespace, "gone")

    with pytest.raises(Conflict):
        await cluster.replace(LEASES, old)


async def test_a_replace_that_changes_nothing_keeps_the_version(
    cluster: Cluster, namespace: str
) -> None:
    old = await cluster.create(CONFIG_MAPS, a_config_map(namespace, colour="red"))

    new = await cluster.replace(CONFIG_MAPS, old)

    assert new["metadata"]["resourceVersion"] == old["metadata"]["resourceVersion"]


async def test_apply_creates_and_then_changes_nothing(cluster: Cluster, namespace: str) -> None:
    first = await cluster.apply(DEPLOYMENTS, a_deployment(namespace), field_manager=SHAPE)
    second = await cluster.apply(DEPLOYMENTS, a_deployment(namespace), field_manager=SHAPE)

    assert first["spec"]["replicas"] == 1
    assert second["metadata"]["generation"] == 1
    assert second["spec"] == first["spec"]


async def test_an_apply_that_changes_nothing_keeps_the_version(
    cluster: Cluster, namespace: str
) -> None:
    first = await cluster.apply(CONFIG_MAPS, a_config_map(namespace, a="b"), field_manager=SHAPE)
    second = await cluster.apply(CONFIG_MAPS, a_config_map(namespace, a="b"), field_manager=SHAPE)

    assert second["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]


async def test_apply_removes_what_its_manager_leaves_out(cluster: Cluster, namespace: str) -> None:
    await cluster.apply(DEPLOYMENTS, a_deployment(namespace), field_manager=SHAPE)
    less = a_deployment(namespace)
    container = less["spec"]["template"]["spec"]["containers"][0]
    container["env"] = [{"name": "SECOND", "value": "22"}]
    del container["ports"]
    del less["metadata"]["labels"]

    changed = await cluster.apply(DEPLOYMENTS, less, field_manager=SHAPE)

    found = changed["spec"]["template"]["spec"]["containers"][0]
    assert found["env"] == [{"name": "SECOND", "value": "22"}]
    assert "ports" not in found
    assert "labels" not in changed["metadata"]
    assert changed["metadata"]["generation"] == 2


async def test_the_scaler_takes_the_replicas(cluster: Cluster, namespace: str) -> None:
    await cluster.apply(DEPLOYMENTS, a_deployment(namespace, replicas=2), field_manager=SHAPE)

    scaled = await cluster.apply(DEPLOYMENTS, a_scale(namespace, 3), field_manager=SCALER)
    shaped = await cluster.apply(DEPLOYMENTS, a_deployment(namespace), field_manager=SHAPE)

    assert owners_of_replicas(scaled) == {SCALER}
    assert scaled["metadata"]["generation"] == 2
    assert shaped["spec"]["replicas"] == 3
    assert shaped["metadata"]["generation"] == 2


async def test_the_same_value_is_owned_by_both(cluster: Cluster, namespace: str) -> None:
    await cluster.apply(DEPLOYMENTS, a_deployment(namespace, replicas=2), field_manager=SHAPE)

    both = await cluster.apply(DEPLOYMENTS, a_scale(namespace, 2), field_manager=SCALER)
    one = await cluster.apply(DEPLOYMENTS, a_deployment(namespace), field_manager=SHAPE)

    assert owners_of_replicas(both) == {SHAPE, SCALER}
    assert owners_of_replicas(one) == {SCALER}
    assert one["spec"]["replicas"] == 2


async def test_replicas_left_out_by_their_sole_owner_fall_to_the_default(
    cluster: Cluster, namespace: str
) -> None:
    await cluster.apply(DEPLOYMENTS, a_deployment(namespace, replicas=3), field_manager=SHAPE)

    fallen = await cluster.apply(DEPLOYMENTS, a_deployment(namespace), field_manager=SHAPE)

    assert fallen["spec"]["replicas"] == 1


async def test_apply_without_force_refuses_anothers_field(cluster: Cluster, namespace: str) -> None:
    await cluster.apply(DEPLOYMENTS, a_deployment(namespace, replicas=2), field_manager=SHAPE)

    with pytest.raises(Conflict, match=SHAPE):
        await cluster.apply(DEPLOYMENTS, a_scale(namespace, 3), field_manager=SCALER, force=False)


async def replace_latest(
    cluster: Cluster, live: Manifest, *, scale: int | None = None, **changed: Any
) -> Manifest:
    """Replace a Deployment, or its Scale, whose controller may write the status meanwhile."""
    while True:
        try:
            if scale is None:
                fresh = {**live, **changed}
                return await cluster.replace(DEPLOYMENTS, fresh, field_manager=SCALER)
            fresh = a_scale_object(live, replicas=scale)
            return await cluster.replace(
                DEPLOYMENTS, fresh, field_manager=SCALER, subresource="scale"
            )
        except Conflict:
            found = await cluster.get(
                DEPLOYMENTS, live["metadata"]["namespace"], live["metadata"]["name"]
            )
            assert found is not None
            live = found


async def test_an_update_takes_the_fields_that_it_changes(cluster: Cluster, namespace: str) -> None:
    live = await cluster.apply(
        DEPLOYMENTS, a_deployment(namespace, replicas=2), field_manager=SHAPE
    )
    wanted = {**live["spec"], "replicas": 5}

    edited = await replace_latest(cluster, live, spec=wanted)

    assert owners_of_replicas(edited) == {SCALER}
    assert edited["spec"]["replicas"] == 5


async def test_a_part_of_a_deployment_that_is_gone_is_invalid(
    cluster: Cluster, namespace: str
) -> None:
    with pytest.raises(Invalid, match=r"spec\.selector"):
        await cluster.apply(DEPLOYMENTS, a_scale(namespace, 3), field_manager=SCALER)


async def test_apply_honours_a_version_if_one_is_sent(cluster: Cluster, namespace: str) -> None:
    old = await cluster.apply(DEPLOYMENTS, a_deployment(namespace), field_manager=SHAPE)
    await cluster.apply(DEPLOYMENTS, a_scale(namespace, 2), field_manager=SCALER)
    stale = a_scale(namespace, 3)
    stale["metadata"]["resourceVersion"] = old["metadata"]["resourceVersion"]

    with pytest.raises(Conflict):
        await cluster.apply(DEPLOYMENTS, stale, field_manager=SCALER)


async def test_a_dry_run_answers_and_changes_nothing(cluster: Cluster, namespace: str) -> None:
    live = await cluster.apply(DEPLOYMENTS, a_deployment(namespace), field_manager=SHAPE)

    tried = await cluster.apply(
        DEPLOYMENTS, a_scale(namespace, 4), field_manager=SCALER, dry_run=True
    )

    assert tried["spec"]["replicas"] == 4
    after = await cluster.get(DEPLOYMENTS, namespace, "model")
    assert after is not None
    assert after["spec"] == live["spec"]


async def test_status_is_written_apart_from_the_rest(cluster: Cluster, namespace: str) -> None:
    budget = {
        "metadata": {"name": "budget", "namespace": namespace},
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "nothing"}}},
    }
    await cluster.apply(DISRUPTION_BUDGETS, budget, field_manager=SHAPE)
    condition = {
        "type": "Ready",
        "status": "True",
        "reason": "Fine",
        "message": "",
        "lastTransitionTime": "2026-01-01T00:00:00Z",
    }
    status = a_budget_status(namespace, conditions=[condition])

    written = await cluster.apply(
        DISRUPTION_BUDGETS, status, field_manager=SHAPE, subresource="status"
    )
    again = await cluster.apply(
        DISRUPTION_BUDGETS, status, field_manager=SHAPE, subresource="status"
    )
    shaped = await cluster.apply(DISRUPTION_BUDGETS, budget, field_manager=SHAPE)

    assert condition in written["status"]["conditions"]
    assert written["spec"]["maxUnavailable"] == 1
    assert again["metadata"]["generation"] == 1
    assert condition in shaped["status"]["conditions"]


async def test_the_status_of_what_is_gone_is_not_found(cluster: Cluster, namespace: str) -> None:
    with pytest.raises(NotFound):
        await cluster.apply(
            DISRUPTION_BUDGETS,
            a_budget_status(namespace),
            field_manager=SHAPE,
            subresource="status",
        )


async def test_a_write_to_the_object_leaves_its_status_alone(
    cluster: Cluster, namespace: str
) -> None:
    live = await cluster.apply(DEPLOYMENTS, a_deployment(namespace), field_manager=SHAPE)

    written = await replace_latest(cluster, live, status={"replicas": 7})

    assert written.get("status", {}).get("replicas") != 7


async def test_a_scale_moves_replicas_alone(cluster: Cluster, namespace: str) -> None:
    live = await cluster.apply(
        DEPLOYMENTS, a_deployment(namespace, replicas=0), field_manager=SHAPE
    )

    scaled = await replace_latest(cluster, live, scale=1)
    found = await cluster.get(DEPLOYMENTS, namespace, "model")

    assert (scaled["kind"], scaled["spec"]) == ("Scale", {"replicas": 1})
    assert found is not None
    assert found["spec"] == {**live["spec"], "replicas": 1}
    assert owners_of_replicas(found) == {SCALER}
    with pytest.raises(Conflict):
        await cluster.replace(
            DEPLOYMENTS, a_scale_object(live, replicas=2), field_manager=SCALER, subresource="scale"
        )


async def test_deleting_what_is_gone_is_fine(cluster: Cluster, namespace: str) -> None:
    await cluster.delete(CONFIG_MAPS, namespace, "absent")


async def test_delete_honours_the_uid(cluster: Cluster, namespace: str) -> None:
    made = await cluster.create(CONFIG_MAPS, a_config_map(namespace))

    with pytest.raises(Conflict, match="UID"):
        await cluster.delete(CONFIG_MAPS, namespace, "settings", uid="another")
    await cluster.delete(CONFIG_MAPS, namespace, "settings", uid=made["metadata"]["uid"])

    assert await cluster.get(CONFIG_MAPS, namespace, "settings") is None


async def test_what_an_object_owns_goes_with_it(cluster: Cluster, namespace: str) -> None:
    owner = await cluster.create(CONFIG_MAPS, a_config_map(namespace))
    reference = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "name": "settings",
        "uid": owner["metadata"]["uid"],
    }
    for name, resource in (("owned", SERVICES), ("free", SERVICES)):
        manifest: Manifest = {
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"ports": [{"port": 80}]},
        }
        if name == "owned":
            manifest["metadata"]["ownerReferences"] = [reference]
        await cluster.create(resource, manifest)

    await cluster.delete(CONFIG_MAPS, namespace, "settings")

    await until_gone(cluster, SERVICES, namespace, "owned")
    assert await cluster.get(SERVICES, namespace, "free") is not None


async def test_an_object_with_a_finalizer_waits_for_it(cluster: Cluster, namespace: str) -> None:
    manifest = a_config_map(namespace)
    manifest["metadata"]["finalizers"] = ["example.com/wait"]
    await cluster.create(CONFIG_MAPS, manifest)

    await cluster.delete(CONFIG_MAPS, namespace, "settings")
    marked = await cluster.get(CONFIG_MAPS, namespace, "settings")

    assert marked is not None
    assert marked["metadata"]["deletionTimestamp"]
    marked["metadata"]["finalizers"] = []
    await cluster.replace(CONFIG_MAPS, marked)
    assert await cluster.get(CONFIG_MAPS, namespace, "settings") is None


async def test_a_watch_reports_what_is_there_then_what_changes(
    cluster: Cluster, namespace: str
) -> None:
    await cluster.create(CONFIG_MAPS, a_config_map(namespace, "old"))
    selector = "app=contract"
    async with aclosing(
        cluster.watch(CONFIG_MAPS, namespace=namespace, label_selector=selector)
    ) as changes:
        before = await until_synced(changes)
        made = await cluster.create(CONFIG_MAPS, a_config_map(namespace, "new"))
        added = await next_change(changes)
        await cluster.replace(CONFIG_MAPS, {**made, "data": {"colour": "red"}})
        modified = await next_change(changes)
        await cluster.delete(CONFIG_MAPS, namespace, "new")
        deleted = await next_change(changes)

    assert [(change.type, change.object["metadata"]["name"]) for change in before] == [
        (ChangeType.ADDED, "old")
    ]
    assert (added.type, added.object) == (ChangeType.ADDED, made)
    assert (modified.type, modified.object["data"]) == (ChangeType.MODIFIED, {"colour": "red"})
    assert deleted.type is ChangeType.DELETED
    assert deleted.object["metadata"]["name"] == "new"


async def test_a_watch_sees_objects_come_and_go_by_their_labels(
    cluster: Cluster, namespace: str
) -> None:
    async with aclosing(
        cluster.watch(CONFIG_MAPS, namespace=namespace, label_selector="tier=front")
    ) as changes:
        assert await until_synced(changes) == []
        made = await cluster.create(CONFIG_MAPS, a_config_map(namespace))
        made["metadata"]["labels"] = {"tier": "front"}
        made = await cluster.replace(CONFIG_MAPS, made)
        arrived = await next_change(changes)
        made["metadata"]["labels"] = {"tier": "back"}
        await cluster.replace(CONFIG_MAPS, made)
        left = await next_change(changes)

    assert arrived.type is ChangeType.ADDED
    assert left.type is ChangeType.DELETED


async def test_a_watch_sees_all_namespaces_if_none_is_named(
    cluster: Cluster, namespace: str
) -> None:
    async with aclosing(cluster.watch(CONFIG_MAPS, label_selector=f"in={namespace}")) as changes:
        await until_synced(changes)
        manifest = a_config_map(namespace)
        manifest["metadata"]["labels"] = {"in": namespace}
        await cluster.create(CONFIG_MAPS, manifest)
        added = await next_change(changes)

    assert added.object["metadata"]["namespace"] == namespace
