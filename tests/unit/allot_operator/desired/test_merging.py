from __future__ import annotations

from typing import Any

import pytest

from allot_api.names import model_labels
from allot_api.pod_settings import PodSettings
from allot_api.rules.pod_lists import (
    is_reserved_key,
    is_reserved_path,
    is_reserved_variable,
    is_reserved_volume,
)
from allot_operator.desired.deployment import build_deployment, choose_resource_name
from allot_operator.desired.merging import merge_labels, merge_pod_spec, merge_resources
from tests.unit.allot_operator.builders import IMAGE, a_model_spec, a_subject, some_settings

Pod = dict[str, Any]
OWN_ZONE = {
    "topologyKey": "topology.kubernetes.io/zone",
    "whenUnsatisfiable": "ScheduleAnyway",
    "maxSkew": 1,
}


def build(**pod: Any) -> Pod:
    template: Pod = build_deployment(a_subject("d"), some_settings(pod=pod), a_model_spec(), IMAGE)[
        "spec"
    ]["template"]
    return template


def spec_of(**pod: Any) -> Pod:
    spec: Pod = build(**pod)["spec"]
    return spec


def container_of(**pod: Any) -> Pod:
    container: Pod = spec_of(**pod)["containers"][0]
    return container


def by_name(items: list[Pod], key: str = "name") -> dict[str, Pod]:
    return {item[key]: item for item in items}


def test_an_empty_block_changes_nothing() -> None:
    own = spec_of()

    assert merge_pod_spec(own, PodSettings(), {}) == own


def test_labels_and_annotations_stand_beside_allots() -> None:
    metadata = build(labels={"team": "search"}, annotations={"why": "so"})["metadata"]
    own = build()["metadata"]

    assert metadata["labels"] == own["labels"] | {"team": "search"}
    assert metadata["annotations"]["why"] == "so"
    assert set(own["annotations"]) < set(metadata["annotations"])


def test_the_labels_that_select_pods_are_never_lost() -> None:
    own = model_labels("allot-d")

    assert merge_labels(own, PodSettings(labels=dict.fromkeys(own, "other"))) == own


def test_fields_of_the_pod_are_taken_as_they_are_written() -> None:
    given = {
        "nodeSelector": {"disk": "ssd"},
        "tolerations": [{"key": "gpu", "operator": "Exists"}],
        "affinity": {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": []}},
        "priorityClassName": "high",
        "runtimeClassName": "gvisor",
        "serviceAccountName": "models",
        "imagePullSecrets": [{"name": "registry"}],
    }

    spec = spec_of(**given)

    assert {key: spec[key] for key in given} == given
    assert spec["automountServiceAccountToken"] is False


def test_the_image_is_the_blocks() -> None:
    assert container_of(image="registry.example.com/runtime:1")["image"] == (
        "registry.example.com/runtime:1"
    )


def test_variables_volumes_and_mounts_are_added() -> None:
    spec = spec_of(
        env=[{"name": "HTTPS_PROXY", "value": "http://proxy"}],
        volumes=[{"name": "ca", "configMap": {"name": "ca"}}],
        volumeMounts=[{"name": "ca", "mountPath": "/etc/ca"}],
    )
    own, container = spec_of(), spec["containers"][0]

    assert container["env"][:-1] == own["containers"][0]["env"]
    assert by_name(container["env"])["HTTPS_PROXY"]["value"] == "http://proxy"
    assert [one["name"] for one in spec["volumes"]] == ["cache", "tmp", "allot-pod-token", "ca"]
    assert set(by_name(container["volumeMounts"], "mountPath")) == {
        "/var/cache/allot",
        "/tmp",
        "/var/lib/allot/pod-token",
        "/etc/ca",
    }


def test_what_has_the_same_name_is_replaced_where_it_stands() -> None:
    own = {
        "containers": [
            {
                "image": "i",
                "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
                "volumeMounts": [],
                "resources": {"requests": {}},
            }
        ],
        "tolerations": [{"key": "own"}],
    }
    given = PodSettings.model_validate(
        {"env": [{"name": "A", "value": "3"}], "tolerations": [{"key": "given"}]}
    )

    merged = merge_pod_spec(own, given, {})

    assert merged["containers"][0]["env"] == [
        {"name": "A", "value": "3"},
        {"name": "B", "value": "2"},
    ]
    assert merged["tolerations"] == [{"key": "own"}, {"key": "given"}]


def test_a_spread_constraint_replaces_allots_of_the_same_node_label() -> None:
    given = {
        "topologyKey": "topology.kubernetes.io/zone",
        "whenUnsatisfiable": "DoNotSchedule",
        "maxSkew": 2,
    }

    constraints = spec_of(topologySpreadConstraints=[given])["topologySpreadConstraints"]

    host, zone = constraints
    assert host["topologyKey"] == "kubernetes.io/hostname"
    selector = {"matchLabels": model_labels(choose_resource_name("d"))}
    assert zone == given | {"labelSelector": selector}


def test_a_spread_constraint_keeps_a_selector_of_its_own() -> None:
    given = OWN_ZONE | {"labelSelector": {"matchLabels": {"a": "b"}}}

    constraints = spec_of(topologySpreadConstraints=[given])["topologySpreadConstraints"]

    assert given in constraints


@pytest.mark.parametrize(
    ("given", "merged"),
    [
        ({}, ("1Gi", "2Gi")),
        ({"requests": {"memory": "1536Mi"}}, ("1536Mi", "2Gi")),
        # Where only one half is given, the other gives way.
        ({"requests": {"memory": "4Gi"}}, ("4Gi", "4Gi")),
        ({"limits": {"memory": "512Mi"}}, ("512Mi", "512Mi")),
        ({"requests": {"memory": "1M"}, "limits": {"memory": "8Gi"}}, ("1M", "8Gi")),
    ],
)
def test_memory_of_the_block_replaces_allots(given: Pod, merged: tuple[str, str]) -> None:
    own = {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "1", "memory": "2Gi"}}

    resources = merge_resources(own, given)

    assert (resources["requests"]["memory"], resources["limits"]["memory"]) == merged
    assert (resources["requests"]["cpu"], resources["limits"]["cpu"]) == ("1", "1")


def test_a_request_of_memory_sets_no_limit_where_there_was_none() -> None:
    own = {"requests": {"memory": "1Gi"}}

    assert merge_resources(own, {"requests": {"memory": "2Gi"}}) == {"requests": {"memory": "2Gi"}}


def test_extended_resources_are_asked_for() -> None:
    resources = container_of(resources={"limits": {"nvidia.com/gpu": 1}})["resources"]

    assert resources["limits"]["nvidia.com/gpu"] == "1"


def test_all_that_a_pod_gets_from_allot_is_refused_in_a_block() -> None:
    template = build()
    container = template["spec"]["containers"][0]

    keys = [*template["metadata"]["labels"], *template["metadata"]["annotations"]]
    assert [key for key in keys if not is_reserved_key(key)] == []
    names = [one["name"] for one in container["env"]]
    assert [name for name in names if not is_reserved_variable(name)] == []
    volumes = [one["name"] for one in template["spec"]["volumes"]]
    assert [name for name in volumes if not is_reserved_volume(name)] == []
    paths = [one["mountPath"] for one in container["volumeMounts"]]
    assert [path for path in paths if not is_reserved_path(path)] == []
