from __future__ import annotations

from allot_api.model_deployment import ModelDeploymentSpec
from allot_api.rules.deployment import DEPLOYMENT_RULES, deployment_id
from allot_api.rules.rule import Candidate

SPEC = ModelDeploymentSpec.model_validate({"model_id": "e5"})


def test_the_name_stands_for_the_id() -> None:
    assert deployment_id(Candidate("my-name", SPEC)) == "my-name"


def test_replicas_may_start_as_they_like_but_not_move() -> None:
    (rule,) = [rule for rule in DEPLOYMENT_RULES if rule.path == "replicas"]
    four = Candidate("d", SPEC.model_copy(update={"replicas": 4}))

    assert rule.is_obeyed(four)
    assert not rule.is_obeyed(Candidate("d", SPEC, old=four))
