from __future__ import annotations

from typing import Any

from allot_api.model_deployment import ModelDeploymentSpec
from allot_api.names import derived_name
from allot_api.rules import validate_deployment
from allot_cluster.declared import read_endpoint
from allot_operator.desired.model_deployment import build_model_deployment
from tests.unit.allot_operator.builders import MODEL_ID, a_subject, an_endpoint_manifest


def build(**settings: Any) -> dict[str, Any]:
    endpoint = read_endpoint(an_endpoint_manifest("My_Endpoint", **settings))
    assert endpoint.settings is not None
    return build_model_deployment(a_subject("e"), endpoint.settings)


def test_the_deployments_id_is_the_inference_id() -> None:
    manifest = build(num_allocations=2)

    assert manifest["metadata"]["name"] == derived_name("My_Endpoint")
    assert manifest["spec"] == {
        "deployment_id": "My_Endpoint",
        "model_id": MODEL_ID,
        "num_threads": 1,
        "num_allocations": 2,
    }


def test_adaptive_bounds_are_handed_on() -> None:
    adaptive = {"enabled": True, "max_number_of_allocations": 4}

    spec = build(adaptive_allocations=adaptive)["spec"]

    assert spec["adaptive_allocations"] == {
        "enabled": True,
        "min_number_of_allocations": 0,
        "max_number_of_allocations": 4,
    }
    assert "num_allocations" not in spec


def test_a_policy_of_upgrades_is_handed_on_if_it_is_not_the_usual_one() -> None:
    assert build(spec={"upgradePolicy": "Deferred"})["spec"]["upgradePolicy"] == "Deferred"
    assert "upgradePolicy" not in build(spec={"upgradePolicy": "Automatic"})["spec"]


def test_scaling_is_handed_on_as_it_was_written() -> None:
    scaling = {"policy": "elasticsearch", "scale_up_cooldown": "1m"}

    assert build(spec={"scaling": scaling})["spec"]["scaling"] == scaling
    assert "scaling" not in build(spec={"scaling": {}})["spec"]
    assert "scaling" not in build(spec={"scaling": {"policy": "work"}})["spec"]


def test_a_deployment_that_others_scale_gets_no_number() -> None:
    manifest = build(num_allocations=2, spec={"scaling": {"policy": "external"}})

    assert manifest["spec"]["scaling"] == {"policy": "external"}
    assert not {"num_allocations", "adaptive_allocations", "replicas"} & manifest["spec"].keys()
    assert validate_deployment(manifest["spec"], name=manifest["metadata"]["name"]) == []


def test_bytes_are_handed_on_and_floats_left_out_as_ever() -> None:
    assert build(model_id="m", element_type="byte")["spec"]["element_type"] == "byte"
    assert "element_type" not in build(model_id="m", element_type="float")["spec"]
    assert "element_type" not in build(spec={"task_type": "rerank"})["spec"]


def test_what_is_built_obeys_the_rules_and_leaves_replicas_alone() -> None:
    manifest = build()

    assert validate_deployment(manifest["spec"], name=manifest["metadata"]["name"]) == []
    assert "replicas" not in manifest["spec"]
    assert ModelDeploymentSpec.model_validate(manifest["spec"]).replicas == 1


def test_the_pod_block_is_handed_on_as_it_was_written() -> None:
    pod = {"nodeSelector": {"disk": "ssd"}, "resources": {"limits": {"memory": "4Gi"}}}

    assert build(spec={"pod": pod})["spec"]["pod"] == pod
    assert "pod" not in build(spec={"pod": {}})["spec"]
