from __future__ import annotations

import base64
from typing import Any

import pytest

from allot_local.node.errors import NotSupported, NotThereYet
from allot_local.node.material import token_requests
from allot_local.node.volumes import (
    Files,
    build_files,
    referred_objects,
    service_account_volume,
)

OBJECTS: dict[tuple[str, str], dict[str, Any]] = {
    ("ConfigMap", "map"): {
        "data": {"a": "alpha"},
        "binaryData": {"b": base64.b64encode(b"\xff").decode()},
    },
    ("Secret", "secret"): {"data": {"k": base64.b64encode(b"hidden").decode()}},
}
TOKEN = {
    "name": "token",
    "projected": {
        "sources": [
            {"serviceAccountToken": {"path": "token", "expirationSeconds": 600}},
            {"configMap": {"name": "map", "items": [{"key": "a", "path": "ca.crt"}]}},
            {"downwardAPI": {"items": [
                {"path": "namespace", "fieldRef": {"fieldPath": "metadata.namespace"}}]}},
        ]
    },
}  # fmt: skip


def files(volume: dict[str, Any]) -> Files:
    return build_files(
        volume,
        pod={"metadata": {"name": "p", "namespace": "n", "uid": "u"}, "spec": {}},
        lookup=lambda kind, name: OBJECTS.get((kind, name)),
        token=lambda audience, seconds: f"token for {audience!r} of {seconds} s",
        address="127.17.1.1",
    )


@pytest.mark.parametrize(
    ("volume", "content"),
    [
        ({"name": "v", "emptyDir": {}}, {}),
        ({"name": "v", "configMap": {"name": "map"}}, {"a": b"alpha", "b": b"\xff"}),
        (
            {"name": "v", "configMap": {"name": "map", "items": [{"key": "a", "path": "x/y"}]}},
            {"x/y": b"alpha"},
        ),
        ({"name": "v", "secret": {"secretName": "secret"}}, {"k": b"hidden"}),
        (
            TOKEN,
            {"token": b"token for '' of 600 s", "ca.crt": b"alpha", "namespace": b"n"},
        ),
    ],
)
def test_the_files_of_a_volume(volume: dict[str, Any], content: Files) -> None:
    assert files(volume) == content


def test_a_missing_object_is_waited_for_unless_it_is_optional() -> None:
    with pytest.raises(NotThereYet, match='configmap "no" not found'):
        files({"name": "v", "configMap": {"name": "no"}})
    assert files({"name": "v", "configMap": {"name": "no", "optional": True}}) == {}


@pytest.mark.parametrize("kind", ["hostPath", "persistentVolumeClaim", "nfs"])
def test_other_kinds_are_refused_with_those_that_there_are(kind: str) -> None:
    with pytest.raises(NotSupported, match=f"kind {kind} is not supported .* emptyDir"):
        files({"name": "v", kind: {}})


def test_everything_that_a_pod_refers_to_is_found() -> None:
    pod = {
        "spec": {
            "volumes": [
                TOKEN,
                {"name": "s", "secret": {"secretName": "volume-secret"}},
                {"name": "c", "configMap": {"name": "volume-map"}},
            ],
            "initContainers": [{"envFrom": [{"secretRef": {"name": "from-secret"}}]}],
            "containers": [
                {"env": [
                    {"name": "A", "valueFrom": {"configMapKeyRef": {"name": "env-map"}}},
                    {"name": "B", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
                ]}
            ],
        }
    }  # fmt: skip

    assert referred_objects(pod) == {
        ("ConfigMap", "map"), ("ConfigMap", "volume-map"), ("ConfigMap", "env-map"),
        ("Secret", "volume-secret"), ("Secret", "from-secret"),
    }  # fmt: skip
    assert service_account_volume(pod) == TOKEN
    assert token_requests(pod) == {("", 600)}


def test_a_pod_may_have_no_account() -> None:
    assert service_account_volume({"spec": {}}) is None
