from __future__ import annotations

import pytest

from allot_cli.explain.known_inputs import KNOWN_INPUTS, ShownInput, show_inputs
from allot_operator.scaling.observation import Held
from allot_operator.scaling.policy import Policy
from tests.unit.allot_operator.scaling.cases import (
    CAPACITY,
    Deployment,
    a_policy,
    as_elasticsearch,
)


def test_a_number_has_its_unit_and_a_sentence() -> None:
    shown = show_inputs({"utilization": 0.934, "arriving_tokens_per_second": 2710.0})

    assert shown == (
        ShownInput(
            "arriving_tokens_per_second",
            "2,710 tokens/s",
            "arrive, over the last minute at most",
        ),
        ShownInput(
            "utilization", "93 %", "of the capacity that serves is used by what arrives"
        ),
    )  # fmt: skip


def test_seconds_below_one_are_milliseconds() -> None:
    shown = show_inputs({"seconds_per_token": 0.00035, "start_seconds": 4.25})

    assert [one.amount for one in shown] == ["0.35 ms", "4.25 s"]


def test_one_of_a_thing_is_not_several() -> None:
    shown = show_inputs({"serving_allocations": 1.0, "held_inputs": 1.0, "waiting_tokens": 2.0})

    assert {one.name: one.amount for one in shown} == {
        "serving_allocations": "1 allocation",
        "held_inputs": "1 input",
        "waiting_tokens": "2 tokens",
    }


def test_an_unknown_number_is_shown_as_it_is_and_last() -> None:
    shown = show_inputs({"moon_phase": 0.25, "waiting_tokens": 0.0})

    assert [(one.name, one.amount, one.sentence) for one in shown][1] == ("moon_phase", "0.25", "")


def test_every_known_number_is_explained() -> None:
    shown = show_inputs(dict.fromkeys(KNOWN_INPUTS, 2.0))

    assert [one.name for one in shown] == list(KNOWN_INPUTS)
    assert [one.name for one in shown if not one.sentence] == []


@pytest.mark.parametrize("policy", [a_policy(), as_elasticsearch(a_policy())])
def test_all_that_a_decision_names_is_known_here(policy: Policy) -> None:
    deployment = Deployment(policy, room=2, held=Held(3, is_gateway_there=True))
    deployment.run(4 * CAPACITY, seconds=120)

    named = {name for decision in deployment.decisions for name, _ in decision.inputs}
    assert named >= {"wanted_allocations", "stuck_allocations", "held_inputs"}
    assert named <= KNOWN_INPUTS.keys()
