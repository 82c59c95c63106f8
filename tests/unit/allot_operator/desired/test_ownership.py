from __future__ import annotations

from allot_cluster.resources import SERVICES
from allot_operator.desired.ownership import build_object, build_owner_reference
from allot_operator.words import APPLIED_ANNOTATION
from tests.unit.allot_operator.builders import a_subject


def test_the_owner_controls_the_object() -> None:
    reference = build_owner_reference(a_subject("d"))

    assert reference == {
        "apiVersion": "inference.allot.dev/v1alpha1",
        "kind": "ModelDeployment",
        "name": "d",
        "uid": "uid-d",
        "controller": True,
        "blockOwnerDeletion": True,
    }


def test_an_object_carries_the_hash_of_what_is_sent() -> None:
    one = build_object(SERVICES, "s", a_subject(), {}, {"type": "ClusterIP"})
    same = build_object(SERVICES, "s", a_subject(), {}, {"type": "ClusterIP"})
    other = build_object(SERVICES, "s", a_subject(), {}, {"type": "NodePort"})

    marks = [item["metadata"]["annotations"][APPLIED_ANNOTATION] for item in (one, same, other)]
    assert marks[0] == marks[1] != marks[2]
