from __future__ import annotations

from allot_operator.facts.reports import Work
from allot_operator.scaling.observation import Observation, PodSilence, PodWork

WORK = Work(0, 0, 0, 0, 0, 0, 0.0)
SERVING = PodWork("a", "boot", is_serving=True, work=WORK, pass_tokens=384)
STARTING = PodWork("b", "boot", is_serving=False, work=WORK, pass_tokens=384)


def test_silence_of_a_pod_that_serves_is_told_apart_from_answers() -> None:
    observation = Observation(2, (SERVING, PodSilence("c", is_serving=True)))

    assert observation.answers == (SERVING,)
    assert observation.serving == 2
    assert not observation.is_complete


def test_pods_that_do_not_serve_yet_are_not_waited_for() -> None:
    observation = Observation(3, (SERVING, STARTING, PodSilence("c", is_serving=False)))

    assert observation.answers == (SERVING,)
    assert observation.serving == 1
    assert observation.is_complete
