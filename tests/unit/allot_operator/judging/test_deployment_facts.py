from __future__ import annotations

from allot_operator.facts.reports import NotKnown
from tests.unit.allot_operator.builders import a_deployment, a_pod, a_report
from tests.unit.allot_operator.judging.cases import some_facts


def test_pods_are_told_apart_by_settings_and_model() -> None:
    old_settings, old_model = a_pod("s", settings="older"), a_pod("m", model="older")
    facts = some_facts(pods=(a_pod(), old_settings, old_model))

    assert [pod.name for pod in facts.current_pods] == ["p", "m"]
    assert [pod.name for pod in facts.model_pods] == ["p", "s"]
    assert len(facts.ready_pods) == 3


def test_only_pods_that_answered_have_a_report() -> None:
    heard, silent, unasked = a_pod("a"), a_pod("b"), a_pod("c")
    report = a_report()
    facts = some_facts(
        pods=(heard, silent, unasked), readings={"uid-a": report, "uid-b": NotKnown("timeout")}
    )

    assert facts.reports_of(facts.pods) == ((heard, report),)
    assert isinstance(facts.reading_of(unasked), NotKnown)


def test_what_is_asked_for_is_the_least_that_makes_it_ready() -> None:
    bounds = {"enabled": True, "min_number_of_allocations": 2, "max_number_of_allocations": 4}

    assert some_facts(deployment=a_deployment(num_allocations=3)).asked == 3
    assert some_facts(deployment=a_deployment(adaptive_allocations=bounds)).asked == 2
