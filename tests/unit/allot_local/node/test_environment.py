from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_local.node.environment import build_environment, expand, resolve_field
from allot_local.node.errors import NotSupported, NotThereYet

OBJECTS: dict[tuple[str, str], Mapping[str, Any]] = {
    ("ConfigMap", "map"): {"data": {"a": "1", "b": "2"}},
    ("Secret", "secret"): {"data": {"k": base64.b64encode(b"hidden").decode()}},
}
POD = {
    "metadata": {
        "name": "p", "namespace": "n", "uid": "u", "labels": {"x": "1", "a/b": "2"},
        "annotations": {"why": "so"},
    },
    "spec": {"nodeName": "node", "serviceAccountName": "me"},
}  # fmt: skip


def build(*env: Mapping[str, Any], **container: Any) -> dict[str, str]:
    return build_environment(
        POD,
        {"env": list(env), **container},
        lookup=lambda kind, name: OBJECTS.get((kind, name)),
        address="127.17.1.1",
        allocatable={"cpu": "64", "memory": "256Gi"},
    )


def refer(kind: str, name: str, key: str, **more: Any) -> dict[str, Any]:
    return {"name": "X", "valueFrom": {kind: {"name": name, "key": key, **more}}}


def test_values_may_refer_to_those_before_them() -> None:
    assert build(
        {"name": "A", "value": "1"}, {"name": "B", "value": "$(A)-$(C)-$$(A)"}, {"name": "C"}
    ) == {"A": "1", "B": "1-$(C)-$(A)", "C": ""}


@given(st.text(alphabet="$()AB ", max_size=20))
def test_what_names_nothing_stays_but_for_escaped_dollars(text: str) -> None:
    assert expand(text.replace("$", "$$"), {"A": "1"}) == text


def test_keys_of_objects() -> None:
    assert build(refer("configMapKeyRef", "map", "a")) == {"X": "1"}
    assert build(refer("secretKeyRef", "secret", "k")) == {"X": "hidden"}


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        (refer("configMapKeyRef", "no", "a"), 'configmap "no" not found'),
        (refer("secretKeyRef", "no", "a"), 'secret "no" not found'),
        (refer("configMapKeyRef", "map", "z"), "couldn't find key z in ConfigMap map"),
    ],
)
def test_what_is_missing_is_waited_for_by_name(reference: dict[str, Any], message: str) -> None:
    with pytest.raises(NotThereYet, match=message):
        build(reference)


def test_what_is_missing_and_optional_is_left_out() -> None:
    assert build(refer("configMapKeyRef", "no", "a", optional=True)) == {}
    assert build(refer("configMapKeyRef", "map", "z", optional=True)) == {}


def test_whole_objects_with_a_prefix() -> None:
    source = {"prefix": "P_", "configMapRef": {"name": "map"}}

    assert build(envFrom=[source]) == {"P_a": "1", "P_b": "2"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("metadata.name", "p"), ("metadata.namespace", "n"), ("metadata.uid", "u"),
        ("metadata.labels['a/b']", "2"), ("metadata.annotations['why']", "so"),
        ("metadata.labels", 'a/b="2"\nx="1"'), ("spec.nodeName", "node"),
        ("spec.serviceAccountName", "me"), ("status.podIP", "127.17.1.1"),
        ("status.hostIP", "127.0.0.1"),
    ],
)  # fmt: skip
def test_fields_of_the_pod(path: str, value: str) -> None:
    assert resolve_field(path, POD, "127.17.1.1") == value


def test_a_field_that_nobody_has_is_refused() -> None:
    with pytest.raises(NotSupported, match=r"fieldRef spec\.volumes"):
        resolve_field("spec.volumes", POD, "")


@pytest.mark.parametrize(
    ("resource", "divisor", "value"),
    [
        ("limits.cpu", None, "2"), ("limits.cpu", "1m", "1500"), ("requests.memory", "1Mi", "64"),
        ("limits.memory", "1Gi", "256"), ("requests.cpu", None, "64"),
    ],
)  # fmt: skip
def test_resources_are_rounded_up_and_else_the_nodes(
    resource: str, divisor: str | None, value: str
) -> None:
    reference = {"resource": resource} | ({"divisor": divisor} if divisor else {})
    resources = {"limits": {"cpu": "1500m"}, "requests": {"memory": "64Mi"}}

    found = build({"name": "X", "valueFrom": {"resourceFieldRef": reference}}, resources=resources)

    assert found == {"X": value}
