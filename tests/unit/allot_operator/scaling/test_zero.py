from __future__ import annotations

from dataclasses import replace

import pytest

from allot_operator.scaling.intervals import Interval
from allot_operator.scaling.observation import Held, Observation
from allot_operator.scaling.zero import Idleness, follow_idleness
from tests.unit.allot_operator.scaling.cases import GATEWAY, NOTHING, a_pod_at_work

QUIET = Interval(5.0, is_complete=True)
IDLE = Observation(1, (a_pod_at_work(),), held=GATEWAY)


def test_quiet_time_adds_up_as_far_as_it_is_known() -> None:
    idleness = follow_idleness(Idleness(10.0), IDLE, QUIET)
    unheard = follow_idleness(idleness, IDLE, replace(QUIET, is_complete=False))

    assert (idleness.seconds, unheard.seconds) == (15.0, 15.0)


@pytest.mark.parametrize(
    ("observation", "interval"),
    [
        (IDLE, replace(QUIET, inputs_arrived=1.0)),
        (IDLE, replace(QUIET, inputs_rejected=1.0)),
        (replace(IDLE, held=Held(1, is_gateway_there=True)), QUIET),
        (replace(IDLE, pods=(a_pod_at_work("a", replace(NOTHING, inputs_pending=1)),)), QUIET),
        (replace(IDLE, live_target=0), QUIET),
    ],
)
def test_any_request_begins_anew(observation: Observation, interval: Interval) -> None:
    assert follow_idleness(Idleness(10.0), observation, interval).seconds == 0.0


def test_the_time_without_a_gateway_is_counted() -> None:
    alone = follow_idleness(Idleness(), replace(IDLE, held=Held()), QUIET)

    assert alone.without_gateway == 5.0
    assert follow_idleness(alone, IDLE, QUIET).without_gateway == 0.0
