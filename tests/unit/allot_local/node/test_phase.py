from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_local.node.phase import (
    BACKOFF_LIMIT_SECONDS,
    Phase,
    backoff_seconds,
    decide_phase,
    is_restarted,
)
from allot_local.node.records import ContainerRecord, Running, State, Terminated, Waiting

RUNNING = Running(1, 1.0, "t")


def ended(code: int) -> Terminated:
    return Terminated(code, "", "", "t", "t")


def a_container(state: State, *, is_init: bool = False, name: str = "c") -> ContainerRecord:
    return ContainerRecord(name, "image", is_init=is_init, state=state)


@pytest.mark.parametrize(
    ("policy", "code", "is_init", "restarts"),
    [
        ("Always", 0, False, True), ("Always", 1, False, True), ("Always", 0, True, False),
        ("OnFailure", 0, False, False), ("OnFailure", 1, False, True),
        ("Never", 1, False, False), ("Never", 1, True, False),
    ],
)  # fmt: skip
def test_the_restart_policy(policy: str, code: int, is_init: bool, restarts: bool) -> None:
    assert is_restarted(policy, code, is_init=is_init) == restarts


@pytest.mark.parametrize(
    ("policy", "states", "phase"),
    [
        ("Always", [Waiting()], Phase.PENDING),
        ("Always", [RUNNING], Phase.RUNNING),
        ("Always", [ended(0)], Phase.RUNNING),
        ("Never", [ended(0)], Phase.SUCCEEDED),
        ("Never", [ended(0), ended(1)], Phase.FAILED),
        ("Never", [ended(1), RUNNING], Phase.RUNNING),
        ("OnFailure", [ended(1)], Phase.RUNNING),
        ("OnFailure", [ended(0)], Phase.SUCCEEDED),
    ],
)
def test_the_phase_of_a_pod(policy: str, states: list[State], phase: Phase) -> None:
    assert decide_phase(policy, [a_container(state) for state in states]) is phase


@pytest.mark.parametrize(
    ("policy", "init", "phase"),
    [
        ("Always", RUNNING, Phase.PENDING), ("Always", ended(1), Phase.PENDING),
        ("Never", ended(1), Phase.FAILED), ("Never", ended(0), Phase.PENDING),
    ],
)  # fmt: skip
def test_init_containers_come_first(policy: str, init: State, phase: Phase) -> None:
    containers = [a_container(init, is_init=True), a_container(Waiting())]

    assert decide_phase(policy, containers) is phase


def test_the_back_off_is_a_kubelets() -> None:
    assert [backoff_seconds(failures) for failures in range(8)] == [0, 0, 10, 20, 40, 80, 160, 300]


@given(st.integers(0, 10_000))
def test_the_back_off_grows_and_is_bounded(failures: int) -> None:
    waits = backoff_seconds(failures), backoff_seconds(failures + 1)

    assert waits[0] <= waits[1] <= BACKOFF_LIMIT_SECONDS
