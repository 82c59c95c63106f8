from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from allot_cluster.claims import choose_holder
from allot_operator.acceptance.claims import refuse_taken
from tests.unit.allot_operator.builders import a_deployment, a_subject, an_accepted_deployment


def test_the_oldest_has_the_id() -> None:
    old = a_deployment("z", metadata={"creationTimestamp": "2026-01-01T00:00:00Z"})
    young = a_deployment("a")

    assert choose_holder([young, old]) == old


def test_nobody_has_what_nobody_claims() -> None:
    assert choose_holder([]) is None


@given(st.permutations(["a", "b", "c", "d"]))
def test_all_judges_agree_whatever_the_order(names: list[str]) -> None:
    holder = choose_holder([a_deployment(name) for name in names])

    assert holder is not None
    assert holder.subject.name == "a"


def test_who_was_accepted_keeps_the_id_from_one_of_the_same_second() -> None:
    accepted = an_accepted_deployment("z")

    assert choose_holder([a_deployment("a"), accepted]) == accepted


def test_who_made_something_for_the_id_keeps_it_whatever_is_recorded() -> None:
    maker = a_deployment("z")

    assert choose_holder([an_accepted_deployment("a"), maker], "uid-z") == maker


def test_neither_making_nor_acceptance_wins_against_age() -> None:
    old = a_deployment("z", metadata={"creationTimestamp": "2026-01-01T00:00:00Z"})
    young = an_accepted_deployment("a")

    assert choose_holder([young, old], "uid-a") == old


def test_the_refusal_names_the_holder() -> None:
    verdict = refuse_taken("deployment_id", "x", a_subject("older"))

    assert "ModelDeployment older" in verdict.message
