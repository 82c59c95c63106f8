from __future__ import annotations

from typing import Any

import pytest

from allot_api.inference_endpoint import InferenceEndpointSpec
from allot_api.rules.endpoint_terms import Endpoint, effective_model, effective_model_cel
from allot_api.rules.rule import Candidate


def an_endpoint(service: str, **settings: Any) -> Endpoint:
    spec = {"task_type": "sparse_embedding", "service": service, "service_settings": settings}
    return Candidate("e", InferenceEndpointSpec.model_validate(spec))


@pytest.mark.parametrize(
    ("endpoint", "model"),
    [
        (an_endpoint("elser"), ".elser_model_2"),
        (an_endpoint("elser", model_id="mine"), "mine"),
        (an_endpoint("elser", deployment_id="shared"), ""),
        (an_endpoint("elasticsearch", model_id="e5"), "e5"),
        (an_endpoint("elasticsearch", deployment_id="shared", model_id="e5"), "e5"),
    ],
)
def test_elser_implies_a_model_unless_a_deployment_has_one(endpoint: Endpoint, model: str) -> None:
    assert effective_model(endpoint) == model


def test_the_cel_speaks_of_the_root_that_it_is_asked_for() -> None:
    assert "self." not in effective_model_cel("oldSpec")
