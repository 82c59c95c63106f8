from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from allot_local.node.records import (
    ContainerRecord,
    PodRecord,
    Running,
    Terminated,
    Waiting,
    dump,
    load,
    running_processes,
)
from allot_local.processes import Process

words = st.text(max_size=8)
ends = st.builds(Terminated, st.integers(0, 255), words, words, words, words, st.integers(0, 31))
states = (
    st.builds(Waiting, words, words)
    | ends
    | st.builds(Running, st.integers(1), st.floats(0, 9), words)
)
containers = st.builds(
    ContainerRecord, words, words, st.booleans(), states, st.none() | ends, st.integers(0, 9),
    st.booleans(), st.booleans(),
)  # fmt: skip
pods = st.builds(PodRecord, words, words, words, words, words, st.lists(containers).map(tuple))


@given(pods)
def test_a_record_is_read_as_it_was_written(record: PodRecord) -> None:
    assert load(dump(record)) == record


@given(pods)
def test_the_processes_of_a_pod_are_those_of_its_running_containers(record: PodRecord) -> None:
    expected = [
        Process(one.state.pid, one.state.process_started)
        for one in record.containers
        if isinstance(one.state, Running)
    ]

    assert running_processes(record) == expected
    assert running_processes(None) == []


def test_a_life_of_a_container() -> None:
    failed = Terminated(1, "Error", "", "t", "t")
    running = Running(1, 1.0, "t")

    started = ContainerRecord("c", "i").running(running, is_started=True, is_ready=True)
    ended = started.ended(failed)
    waiting = ended.waiting_again("CrashLoopBackOff", "why")
    again = waiting.restarting()

    assert (ended.is_ready, ended.is_started, ended.is_done) == (False, False, False)
    assert (waiting.state, waiting.last) == (Waiting("CrashLoopBackOff", "why"), failed)
    assert (again.restart_count, again.last) == (1, failed)


def test_a_container_is_replaced_by_its_name() -> None:
    first, second = ContainerRecord("a", "i"), ContainerRecord("b", "i")
    pod = PodRecord("u", "n", "p", "127.0.0.1", "t", (first, second))
    changed = ContainerRecord("b", "i", restart_count=3)

    assert pod.with_container(changed).containers == (first, changed)
    assert pod.container("a") == first
