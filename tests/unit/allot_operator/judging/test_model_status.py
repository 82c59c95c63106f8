from __future__ import annotations

from allot_operator.judging.model_status import build_model_status
from tests.unit.allot_operator.builders import NOW, a_model
from tests.unit.allot_operator.judging.cases import ACCEPTED


def test_a_models_status_is_its_acceptance() -> None:
    status = build_model_status(a_model(), ACCEPTED, NOW)

    (condition,) = status.conditions
    assert (condition.type, condition.status.value) == ("Accepted", "True")
    assert status.observed_generation == condition.observed_generation == 1
