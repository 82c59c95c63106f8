from __future__ import annotations

from typing import Any

import pytest

from allot_operator.facts.workloads import find_owners, find_strangers, read_workload

REPLICAS = {"f:spec": {"f:replicas": {}}}
DONE = {
    "observedGeneration": 1,
    "replicas": 2,
    "updatedReplicas": 2,
    "availableReplicas": 2,
}


def a_manifest(*fields: dict[str, Any], status: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "metadata": {"name": "w", "generation": 1, "managedFields": list(fields)},
        "spec": {"replicas": 2, "template": {"metadata": {}}},
        "status": status or {},
    }


def an_entry(manager: str, fields: dict[str, Any] = REPLICAS, **more: Any) -> dict[str, Any]:
    return {"manager": manager, "fieldsV1": fields, **more}


def test_finds_who_owns_the_number_of_replicas() -> None:
    manifest = a_manifest(an_entry("allot"), an_entry("other", {"f:spec": {}}))

    assert read_workload(manifest).replicas_owners == {"allot"}
    assert find_owners(manifest, ("f:status",)) == frozenset()


@pytest.mark.parametrize(
    ("manager", "is_strange"),
    [("allot", False), ("allot-scaler", False), ("allot-gateway", False), ("kubectl", True)],
)
def test_a_target_of_anybody_else_is_strange(manager: str, is_strange: bool) -> None:
    assert read_workload(a_manifest(an_entry(manager))).has_strange_target is is_strange


def test_strangers_are_told_latest_first_and_status_writers_not_at_all() -> None:
    manifest = a_manifest(
        an_entry("old", time="2026-01-01T00:00:00Z"),
        an_entry("new", time="2026-01-02T00:00:00Z"),
        an_entry("kube-controller-manager", subresource="status", time="2026-01-03T00:00:00Z"),
        an_entry("allot", time="2026-01-04T00:00:00Z"),
    )

    assert find_strangers(manifest) == ("new", "old")


def test_a_complete_rollout_is_not_rolling() -> None:
    assert not read_workload(a_manifest(status=DONE)).is_rolling


@pytest.mark.parametrize(
    "change",
    [{"observedGeneration": 0}, {"updatedReplicas": 1}, {"replicas": 3}, {"availableReplicas": 1}],
)
def test_each_sign_of_a_rollout_counts(change: dict[str, Any]) -> None:
    assert read_workload(a_manifest(status=DONE | change)).is_rolling


def progressing(reason: str) -> dict[str, str]:
    return {"type": "Progressing", "status": "True", "reason": reason}


def test_a_pod_that_is_missing_after_the_rollout_is_no_part_of_it() -> None:
    settled = DONE | {"conditions": [progressing("NewReplicaSetAvailable")]}

    assert not read_workload(a_manifest(status=settled | {"availableReplicas": 1})).is_rolling
    assert read_workload(a_manifest(status=settled | {"updatedReplicas": 1})).is_rolling


@pytest.mark.parametrize("part", [("spec", "paused"), ("metadata", "deletionTimestamp")])
def test_what_nobody_goes_on_with_is_not_rolling(part: tuple[str, str]) -> None:
    manifest = a_manifest(status=DONE | {"replicas": 3})
    manifest[part[0]][part[1]] = True

    assert not read_workload(manifest).is_rolling


def test_a_rollout_that_was_given_up_on_holds_up_no_other() -> None:
    failed = progressing("ProgressDeadlineExceeded")

    workload = read_workload(a_manifest(status=DONE | {"replicas": 3, "conditions": [failed]}))

    assert (workload.is_rolling, workload.has_passed_deadline) == (False, True)


def test_what_is_said_of_an_older_template_is_not_held_against_the_new_one() -> None:
    failures = [
        progressing("ProgressDeadlineExceeded"),
        {"type": "ReplicaFailure", "status": "True", "message": "exceeded quota"},
    ]

    manifest = a_manifest(status=DONE | {"observedGeneration": 0, "conditions": failures})
    workload = read_workload(manifest)

    assert (workload.is_rolling, workload.has_passed_deadline) == (True, False)
    assert workload.refusal == ""


def test_tells_why_pods_are_refused() -> None:
    failure = {"type": "ReplicaFailure", "status": "True", "message": "exceeded quota"}

    workload = read_workload(a_manifest(status=DONE | {"conditions": [failure]}))

    assert workload.refusal == "exceeded quota"
