from __future__ import annotations

from allot_operator.facts.reports import NotKnown
from allot_operator.scaling.observation import Observation
from tests.unit.allot_operator.builders import a_report


def test_silence_is_told_apart_from_answers() -> None:
    observation = Observation(2, (a_report(), NotKnown("no route")))

    assert observation.reports == (a_report(),)
    assert not observation.is_complete
    assert Observation(1, (a_report(),)).is_complete
