from __future__ import annotations

from allot_api.names import decisions_name
from allot_cli.explain.explaining import explain
from allot_cli.explain.facts import Facts, read_endpoint
from tests.unit.allot_cli.explain.builders import (
    NAMESPACE,
    a_condition,
    a_decision,
    a_status,
    an_endpoint_manifest,
    some_endpoint_facts,
    some_facts,
)


def test_it_says_what_is_wanted_what_is_so_and_why() -> None:
    explained = explain(some_endpoint_facts(a_decision()), last=10)

    assert (explained.kind, explained.name, explained.deployment) == (
        "InferenceEndpoint",
        "e",
        "e-1234",
    )
    assert (explained.target, explained.ready) == (3, 2)
    assert (explained.bounds, explained.policy) == ("1 to 4 allowed", "policy work")
    assert explained.state == "True, FullyAllocated: 2 of 3 allocations are ready"
    assert explained.latest == a_decision()
    assert explained.notes == ()
    assert len(explained.outlook) == 2


def test_only_the_last_decisions_are_shown() -> None:
    decisions = [a_decision(minutes) for minutes in (9, 6, 3)]

    assert explain(some_facts(*decisions), last=2).decisions == tuple(decisions[1:])


def test_what_holds_the_number_back_is_said_while_it_does() -> None:
    limited = a_condition("ScalingLimited", "True", "NoRoom", "1 of 3 allocations serve")
    free = a_condition("ScalingLimited", "False", "WithinBounds")

    assert explain(some_facts(status=a_status(3, 1, limited)), last=1).limit == (
        "NoRoom: 1 of 3 allocations serve"
    )
    assert explain(some_facts(status=a_status(3, 3, free)), last=1).limit == ""


def test_where_no_decision_was_kept_it_says_so_and_what_to_look_at() -> None:
    (note,) = explain(some_facts(), last=10).notes

    assert decisions_name("d") in note
    assert "kubectl get lease allot-operator -n allot-system" in note


def test_lines_that_cannot_be_read_are_counted() -> None:
    (note,) = explain(some_facts(a_decision(), misread=2), last=10).notes
    (other,) = explain(some_facts(misread=1), last=10).notes

    assert note.startswith("2 lines among the kept decisions")
    assert other.startswith("1 line among")


def test_a_number_that_no_decision_explains_is_pointed_out() -> None:
    (note,) = explain(some_facts(a_decision(target=2)), last=10).notes

    assert note.startswith("the last decision kept went to 2, and the number is 3 now")


def test_an_endpoint_that_nothing_serves_tells_its_own_state() -> None:
    refused = {"conditions": [a_condition("Ready", "False", "ModelNotFound", "no such model")]}
    facts = Facts(NAMESPACE, read_endpoint(an_endpoint_manifest(status=refused)), None)

    explained = explain(facts, last=10)

    assert (explained.target, explained.deployment) == (None, "")
    assert explained.state == "False, ModelNotFound: no such model"
    assert explained.notes == ("no ModelDeployment with the deployment_id e serves it",)


def test_what_the_operator_has_not_seen_is_unknown() -> None:
    explained = explain(some_facts(status={"observedGeneration": -1}), last=10)

    assert explained.state == "Unknown: the operator has not looked at it"
    assert explained.target is None


def test_a_fixed_number_has_no_policy() -> None:
    explained = explain(some_facts(adaptive_allocations=None, num_allocations=3), last=10)

    assert explained.policy == "a fixed number"
