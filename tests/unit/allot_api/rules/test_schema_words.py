from __future__ import annotations

import pytest
from pydantic import ValidationError

from allot_api.model_deployment import ModelDeploymentSpec
from allot_api.rules.schema_words import describe_error


@pytest.mark.parametrize(
    ("spec", "field", "sentence"),
    [
        ({}, "spec.model_id", "Required value"),
        ({"model_id": 1}, "spec.model_id", 'must be of type string: "integer"'),
        ({"model_id": ""}, "spec.model_id", 'Invalid value: "": spec.model_id in body should be'),
        ({"model_id": "e5", "num_threads": True}, "spec.num_threads", 'integer: "boolean"'),
        ({"model_id": "e5", "scaling": []}, "spec.scaling", 'must be of type object: "array"'),
        ({"model_id": "e5", "cpuLimit": 2}, "spec.cpuLimit", 'must be of type string: "integer"'),
        ({"model_id": "e5", "cpuLimit": "x"}, "spec.cpuLimit", 'values: "NumThreads", "None"'),
        ({"model_id": "e5", "replicas": 10**6}, "spec.replicas", "less than or equal to 10000"),
    ],
)
def test_speaks_as_the_api_server_does(spec: dict[str, object], field: str, sentence: str) -> None:
    with pytest.raises(ValidationError) as caught:
        ModelDeploymentSpec.model_validate(spec)

    (detail,) = caught.value.errors()
    found, words = describe_error(detail)
    assert found == field
    assert sentence in words


def test_keeps_a_sentence_that_the_api_server_does_not_have() -> None:
    detail = {"type": "unheard_of", "loc": ("a", 0), "msg": "Odd {thing}", "input": None}

    assert describe_error(detail) == ("spec.a[0]", "Odd {thing}")  # type: ignore[arg-type]
