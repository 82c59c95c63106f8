from __future__ import annotations

from allot_cluster.resources import MODEL_DEPLOYMENTS
from allot_cluster.subjects import controller_uid, identify
from tests.unit.allot_operator.builders import a_deployment_manifest, a_subject


def test_identifies_an_object_by_its_metadata() -> None:
    manifest = a_deployment_manifest("d", metadata={"resourceVersion": "7", "generation": 3})

    subject = identify(MODEL_DEPLOYMENTS, manifest)

    assert subject == a_subject("d", resource_version="7", generation=3)
    assert str(subject) == "ModelDeployment d"


def test_an_object_that_is_being_deleted_says_so() -> None:
    manifest = a_deployment_manifest(metadata={"deletionTimestamp": "2026-11-24T11:00:00Z"})

    assert identify(MODEL_DEPLOYMENTS, manifest).is_being_deleted


def test_only_the_controlling_owner_counts() -> None:
    owners = [{"uid": "1"}, {"uid": "2", "controller": True}]

    assert controller_uid(a_deployment_manifest(metadata={"ownerReferences": owners})) == "2"
    assert controller_uid(a_deployment_manifest()) == ""
