from __future__ import annotations

from allot_cluster.declared import read_deployment, read_endpoint, read_model
from tests.unit.allot_operator.builders import (
    MODEL_ID,
    a_deployment_manifest,
    a_model_manifest,
    an_endpoint_manifest,
)


def test_an_endpoint_is_read_with_its_defaults() -> None:
    endpoint = read_endpoint(an_endpoint_manifest("e"))

    assert endpoint.settings is not None
    assert endpoint.inference_id == "e"
    assert (endpoint.settings.model_id, endpoint.settings.num_allocations) == (MODEL_ID, 1)


def test_a_spec_that_breaks_a_rule_is_a_value_with_a_sentence() -> None:
    endpoint = read_endpoint(an_endpoint_manifest("e", num_threads=3))

    assert endpoint.settings is None
    assert "num_threads" in endpoint.violation
    assert endpoint.inference_id == "e"


def test_a_deployment_is_judged_when_its_status_speaks_of_its_generation() -> None:
    manifest = a_deployment_manifest(metadata={"generation": 2})

    assert not read_deployment(manifest | {"status": {"observedGeneration": 1}}).is_judged
    assert read_deployment(manifest | {"status": {"observedGeneration": 2}}).is_judged


def test_a_status_that_is_not_understood_counts_as_none() -> None:
    manifest = a_deployment_manifest() | {"status": {"observedGeneration": "many"}}

    assert read_deployment(manifest).status.observed_generation is None


def test_a_model_answers_to_its_id_and_its_aliases() -> None:
    model = read_model(a_model_manifest("e5", aliases=["small"]))

    assert (model.model_id, model.aliases) == (MODEL_ID, ("small",))


def test_a_model_with_a_bad_source_keeps_its_name() -> None:
    model = read_model(a_model_manifest("e5", source={"uri": "ftp://x"}))

    assert model.spec is None
    assert model.violation.startswith("spec.source")
    assert model.model_id == "e5"
