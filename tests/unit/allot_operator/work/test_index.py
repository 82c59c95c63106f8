from __future__ import annotations

from allot_cluster.resources import INFERENCE_ENDPOINTS, TRAINED_MODELS
from allot_operator.work.index import Index, Ties, Token
from allot_operator.work.keys import Key

MODEL, OTHER = Key(TRAINED_MODELS, "n", "m"), Key(TRAINED_MODELS, "n", "o")
USER = Key(INFERENCE_ENDPOINTS, "n", "e")
THE_MODEL: Token = ("model", "n", "m")


def offering(version: str, *tokens: Token) -> Ties:
    return Ties(version, offers=frozenset(tokens))


def looking_to(*tokens: Token) -> Ties:
    return Ties("1", looks_to=frozenset(tokens))


def test_who_looks_to_something_is_looked_at_when_it_comes_changes_and_goes() -> None:
    index = Index()
    index.note(USER, looking_to(THE_MODEL))

    assert index.note(MODEL, offering("1", THE_MODEL)) == {MODEL, USER}
    assert index.note(MODEL, offering("2", THE_MODEL)) == {MODEL, USER}
    assert index.note(MODEL, None) == {MODEL, USER}


def test_a_change_that_nobody_has_to_know_of_concerns_the_object_alone() -> None:
    index = Index()
    index.note(USER, looking_to(THE_MODEL))
    index.note(MODEL, offering("1", THE_MODEL))

    assert index.note(MODEL, offering("1", THE_MODEL)) == {MODEL}


def test_rivals_for_an_id_hear_of_each_other() -> None:
    index = Index()
    index.note(MODEL, offering("1", THE_MODEL))

    assert index.note(OTHER, offering("1", THE_MODEL)) == {MODEL, OTHER}


def test_who_offered_something_before_is_still_heard_of_by_those_who_looked_to_it() -> None:
    index = Index()
    index.note(USER, looking_to(THE_MODEL))
    index.note(MODEL, offering("1", THE_MODEL))

    assert index.note(MODEL, offering("2", ("model", "n", "renamed"))) == {MODEL, USER}


def test_what_is_gone_is_found_no_more() -> None:
    index = Index()
    index.note(USER, looking_to(THE_MODEL))
    index.note(USER, None)

    assert list(index.find([THE_MODEL])) == []
    assert index.keys() == ()
