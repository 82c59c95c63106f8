from __future__ import annotations

from typing import Any

from allot_api.conditions import Condition
from allot_operator.judging.deployment_status import build_deployment_status
from allot_operator.judging.unfinished import judge_unfinished, judge_unfinished_model
from tests.unit.allot_operator.builders import NOW
from tests.unit.allot_operator.judging.cases import some_facts

WHY = "pods is forbidden"


def told(conditions: list[Condition]) -> dict[str, tuple[Any, ...]]:
    return {one.type: (one.status.value, one.reason, one.observed_generation) for one in conditions}


def serving() -> list[Condition]:
    return build_deployment_status(some_facts(), NOW).conditions


def test_ready_is_not_known_and_the_rest_is_as_it_was() -> None:
    before = serving()

    after = judge_unfinished(before, 1, WHY, NOW)

    changed = {one.type for one in after if one not in before}
    assert changed == {"Ready", "Reconciling"}
    assert told(after)["Ready"] == ("Unknown", "PassFailed", 1)
    assert told(after)["Reconciling"] == ("True", "Waiting", 1)
    assert {one.message for one in after if one.type in changed} == {WHY}


def test_a_change_of_the_spec_is_not_carried_out() -> None:
    after = told(judge_unfinished(serving(), 2, WHY, NOW))

    assert after["Accepted"] == ("Unknown", "NotYetChecked", 2)
    assert after["UpToDate"] == ("False", "RolloutInProgress", 2)
    assert after["Servable"] == ("True", "Serving", 1)


def test_an_object_that_was_never_looked_at_says_why() -> None:
    after = told(judge_unfinished([], 1, WHY, NOW))

    assert after["Accepted"] == ("Unknown", "NotYetChecked", 1)
    assert after["Ready"] == ("Unknown", "PassFailed", 1)
    assert after["Stalled"] == ("False", "NotStalled", 1)


def test_to_fail_for_the_same_reason_again_changes_nothing() -> None:
    once = judge_unfinished(serving(), 1, WHY, NOW)

    assert judge_unfinished(once, 1, WHY, NOW) == once


def test_a_model_has_its_acceptance_alone() -> None:
    accepted = [one for one in serving() if one.type == "Accepted"]

    assert told(judge_unfinished_model([], 1, WHY, NOW)) == {
        "Accepted": ("Unknown", "NotYetChecked", 1)
    }
    assert judge_unfinished_model(accepted, 1, WHY, NOW) == accepted
