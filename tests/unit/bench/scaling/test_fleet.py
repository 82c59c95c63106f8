from __future__ import annotations

from array import array

from bench.scaling.fleet import LEAVING_SECONDS, Fleet
from bench.scaling.pods import Pod
from bench.scaling.service import Service


def a_fleet(serving: int) -> Fleet:
    fleet = Fleet(Service(), array("d"))
    for _ in range(serving):
        fleet.admit(fleet.create(0.0))
    return fleet


def test_places_follow_when_one_leaves() -> None:
    fleet = a_fleet(3)
    fleet.outstanding[:] = [1.0, 2.0, 3.0]

    fleet.dismiss(fleet.serving[1], 10.0)

    assert [pod.number for pod in fleet.serving] == [0, 2]
    assert [pod.place for pod in fleet.serving] == [0, 1]
    assert fleet.outstanding == [1.0, 3.0]


def test_seconds_count_from_asking_to_the_end() -> None:
    fleet = a_fleet(2)
    late = fleet.create(50.0, 10.0)
    fleet.dismiss(fleet.serving[0], 60.0)
    fleet.dismiss(late, 55.0)

    assert fleet.count_seconds(100.0) == 100.0 + 60.0 + LEAVING_SECONDS + 5.0


def test_the_newest_go_first() -> None:
    fleet = a_fleet(3)
    fleet.create(1.0)

    assert [pod.number for pod in fleet.choose_leaving(2)] == [3, 2]
    assert fleet.choose_leaving(9) == []


def test_a_pod_counts_what_it_let_in() -> None:
    pod: Pod = a_fleet(1).serving[0]
    pod.line.add(0.0, 7)
    pod.batch_inputs, pod.batch_tokens, pod.batch_began = 2, 20, 1.0
    pod.inputs_done, pod.tokens_done, pod.busy_seconds = 5, 50, 3.0

    assert (pod.inputs_arrived, pod.tokens_arrived, pod.pending) == (8, 77, 3)
    assert pod.processor_seconds(1.5) == 3.5
