from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_api.terms import ModelState
from allot_runtime.errors import SourceReason
from allot_runtime.readiness import Readiness

states = st.sampled_from(ModelState)


@given(st.lists(states))
def test_a_process_that_drains_never_comes_back(steps: list[ModelState]) -> None:
    readiness = Readiness().advance(ModelState.DRAINING)

    for state in steps:
        readiness = readiness.advance(state).fail(SourceReason.NOT_FOUND, "gone")

    assert readiness.state is ModelState.DRAINING


@pytest.mark.parametrize("state", ModelState)
def test_only_ready_is_ready_and_draining_still_answers(state: ModelState) -> None:
    readiness = Readiness(state)

    assert readiness.is_ready == (state is ModelState.READY)
    assert readiness.can_infer == (state in (ModelState.READY, ModelState.DRAINING))


def test_a_reason_stays_until_the_next_station() -> None:
    fetching = Readiness(ModelState.FETCHING).report(SourceReason.UNREACHABLE, "no answer")

    assert fetching == Readiness(ModelState.FETCHING, SourceReason.UNREACHABLE, "no answer")
    assert fetching.advance(ModelState.LOADING) == Readiness(ModelState.LOADING)


@pytest.mark.parametrize("state", ModelState)
def test_every_station_has_a_sentence(state: ModelState) -> None:
    assert Readiness(state, None, "why").describe().endswith(": why")
