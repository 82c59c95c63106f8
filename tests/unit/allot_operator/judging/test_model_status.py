from __future__ import annotations

from allot_operator.judging.model_status import build_model_status
from tests.unit.allot_operator.builders import NOW, a_model
from tests.unit.allot_operator.judging.cases import ACCEPTED, REFUSED


def test_a_models_status_is_its_acceptance() -> None:
    status = build_model_status(a_model(), ACCEPTED, NOW)

    told = [(one.type, one.status.value, one.reason) for one in status.conditions]
    assert told == [("Accepted", "True", "Accepted"), ("Reconciling", "False", "Settled")]
    assert {one.observed_generation for one in status.conditions} == {status.observed_generation}
    assert status.observed_generation == 1


def test_a_model_that_is_refused_is_not_settled() -> None:
    status = build_model_status(a_model(), REFUSED, NOW)

    accepted, reconciling = status.conditions
    assert (reconciling.status.value, reconciling.reason) == ("True", "Waiting")
    assert reconciling.message == accepted.message == REFUSED.message
