from __future__ import annotations

from pathlib import Path

import yaml

from allot_api.inference_endpoint import InferenceEndpointSpec
from allot_api.preconfigured import PRECONFIGURED, is_reserved
from allot_api.resolve import AdaptiveSettings, resolve_endpoint

OVERLAY = Path(__file__).resolve().parents[3] / "manifests" / "overlays" / "preconfigured"


def test_the_ids_of_preconfigured_endpoints_are_reserved_and_no_others() -> None:
    assert all(is_reserved(one.inference_id) for one in PRECONFIGURED)
    assert not is_reserved(".elser_model_2")
    assert not is_reserved("elser-2-elasticsearch")
    assert not is_reserved(".my-endpoint")


def test_the_overlay_has_each_of_them_as_elasticsearch_does() -> None:
    listed = yaml.safe_load((OVERLAY / "kustomization.yaml").read_text())["resources"]
    documents = [yaml.safe_load((OVERLAY / name).read_text()) for name in listed]
    endpoints = [
        resolve_endpoint(InferenceEndpointSpec.model_validate(one["spec"]), one["metadata"]["name"])
        for one in documents
    ]

    assert [(one.inference_id, one.task_type, one.model_id, one.service) for one in endpoints] == [
        (one.inference_id, one.task_type, one.model_id, one.service) for one in PRECONFIGURED
    ]
    assert {one.adaptive for one in endpoints} == {AdaptiveSettings(0, 32)}
    assert {one.num_threads for one in endpoints} == {1}
