from __future__ import annotations

from allot_api.inference_endpoint import InferenceEndpointSpec
from allot_api.rules.endpoint import ENDPOINT_RULES, inference_id
from allot_api.rules.rule import Candidate, Scope

SPEC = InferenceEndpointSpec.model_validate(
    {"task_type": "rerank", "service": "elasticsearch", "service_settings": {}}
)


def test_the_name_stands_for_the_id() -> None:
    assert inference_id(Candidate("my-name", SPEC)) == "my-name"


def test_only_rules_about_the_id_are_asked_again_with_every_status() -> None:
    of_the_object = {rule.name for rule in ENDPOINT_RULES if rule.scope is Scope.OBJECT}

    assert of_the_object == {
        "inference_id_immutable",
        "inference_id_is_model_id",
        "inference_id_is_deployment_id",
    }
