from __future__ import annotations

import json
from typing import Any

from allot_api.model_deployment import Cache
from allot_api.resolve import resolve_model
from allot_api.trained_model import TrainedModelSpec
from allot_operator.desired.container import build_container, build_volumes, dump_model
from tests.unit.allot_operator.builders import IMAGE, a_model_spec, some_settings


def build(**spec: Any) -> dict[str, Any]:
    container: dict[str, Any] = build_container(some_settings(**spec), a_model_spec(), IMAGE)
    return container


def environment(container: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one.get("value", "") for one in container["env"]}


def test_one_number_for_threads() -> None:
    container = build(num_threads=4)

    names = ("ALLOT_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")
    assert {environment(container)[name] for name in names} == {"4"}
    assert container["resources"]["requests"]["cpu"] == "4"
    assert container["resources"]["limits"] == {"cpu": "4"}


def test_the_limit_can_be_left_out() -> None:
    assert "limits" not in build(cpuLimit="None")["resources"]


def test_the_model_that_a_pod_is_told_of_is_the_whole_model() -> None:
    told = json.loads(environment(build())["ALLOT_MODEL"])

    assert resolve_model(TrainedModelSpec.model_validate(told), "other") == a_model_spec()


def test_defaults_are_not_told_so_that_new_ones_change_nothing() -> None:
    assert "max_sequence_length" not in dump_model(a_model_spec())
    assert dump_model(a_model_spec(max_sequence_length=256))["max_sequence_length"] == 256


def test_only_bytes_are_told_so_that_pods_of_floats_stay_as_they_are() -> None:
    assert environment(build(element_type="byte"))["ALLOT_ELEMENT_TYPE"] == "byte"
    assert "ALLOT_ELEMENT_TYPE" not in environment(build(element_type="float"))
    assert "ALLOT_ELEMENT_TYPE" not in environment(build())


def test_addresses_come_from_the_pod_itself() -> None:
    fields = {
        one["name"]: one["valueFrom"]["fieldRef"]["fieldPath"]
        for one in build()["env"]
        if "valueFrom" in one
    }

    assert fields == {
        "ALLOT_HOST": "status.podIP",
        "POD_NAME": "metadata.name",
        "NODE_NAME": "spec.nodeName",
    }


def test_the_cache_is_where_the_settings_say() -> None:
    assert build_volumes(Cache())[0] == {"name": "cache", "emptyDir": {}}
    assert build_volumes(Cache.model_validate({"emptyDir": {"sizeLimit": "5Gi"}}))[0] == {
        "name": "cache",
        "emptyDir": {"sizeLimit": "5Gi"},
    }
    claim = Cache.model_validate({"persistentVolumeClaim": {"claimName": "c"}})
    assert build_volumes(claim)[0]["persistentVolumeClaim"] == {"claimName": "c"}
    path = Cache.model_validate({"hostPath": {"path": "/x"}})
    assert build_volumes(path)[0]["hostPath"] == {"path": "/x", "type": "DirectoryOrCreate"}
