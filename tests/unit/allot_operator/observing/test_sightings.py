from __future__ import annotations

from allot_operator.facts.pods import Trouble
from allot_operator.facts.reports import NotKnown
from allot_operator.observing.sightings import Place, sight_pods, tell_work
from allot_operator.scaling.observation import PodSilence, PodWork
from tests.unit.allot_operator.builders import a_pod, a_report, a_troubled_pod


def test_running_pods_have_a_place() -> None:
    pods = [a_pod("a"), a_pod("b", is_ready=False), a_pod("c", ip=""), a_pod("d", is_running=False)]

    assert sight_pods(pods, 4).places == {
        "uid-a": Place("10.0.0.1", is_serving=True),
        "uid-b": Place("10.0.0.1", is_serving=False),
    }


def test_pods_that_are_asked_for_or_start_are_on_their_way() -> None:
    sighting = sight_pods([a_pod("a"), a_pod("b", is_ready=False, is_running=False)], 4)

    assert (sighting.starting, sighting.stuck) == (3, 0)


def test_pods_without_a_node_and_those_that_a_quota_refuses_are_stuck() -> None:
    pods = [a_pod("a"), a_troubled_pod(Trouble.UNSCHEDULABLE, name="b")]

    free, refused = sight_pods(pods, 4), sight_pods(pods, 4, is_refused=True)

    assert (free.starting, free.stuck) == (2, 1)
    assert (refused.starting, refused.stuck) == (0, 3)


def test_a_pod_in_trouble_is_neither() -> None:
    sighting = sight_pods([a_pod("a"), a_troubled_pod(Trouble.CRASH_LOOPING, name="b")], 2)

    assert (sighting.starting, sighting.stuck) == (0, 0)


def test_a_pod_that_replaces_another_is_not_on_its_way() -> None:
    pods = [a_pod("old"), a_pod("older"), a_pod("new", is_ready=False)]

    assert sight_pods(pods, 2).starting == 0


def test_answers_become_work_and_silence_stays_silence() -> None:
    report = a_report(pass_tokens=512, start_seconds=8.0)

    assert tell_work("a", report, is_serving=True) == PodWork(
        "a", "boot", True, report.work, 512, 8.0
    )
    assert tell_work("a", NotKnown("away"), is_serving=True) == PodSilence("a", is_serving=True)
    assert tell_work("a", None, is_serving=False) == PodSilence("a", is_serving=False)
