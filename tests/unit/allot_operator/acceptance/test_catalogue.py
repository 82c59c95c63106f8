from __future__ import annotations

from allot_api.conditions import AcceptedReason
from allot_operator.acceptance.catalogue import Found, find_model, find_older_model
from allot_operator.acceptance.verdict import Verdict
from tests.unit.allot_operator.builders import MODEL_ID, a_catalogue, a_model, a_subject


def test_finds_a_model_by_id_and_by_alias() -> None:
    catalogue = a_catalogue(a_model(aliases=["small"]))

    for identifier in (MODEL_ID, "small"):
        found = find_model(catalogue, identifier)
        assert isinstance(found, Found)
        assert found.model_id == MODEL_ID


def test_the_namespaces_own_model_comes_first() -> None:
    own = a_model("mine", source={"uri": "file:///mine"})

    found = find_model(a_catalogue(own=(own,)), MODEL_ID)

    assert isinstance(found, Found)
    assert found.spec.source.uri == "file:///mine"


def test_an_id_wins_over_an_older_alias() -> None:
    alias = a_model("old", "other", aliases=["x"], metadata={"creationTimestamp": "2020"})

    found = find_model(a_catalogue(alias, a_model("new", "x")), "x")

    assert isinstance(found, Found)
    assert found.model_id == "x"


def test_a_missing_model_lists_those_that_exist() -> None:
    catalogue = a_catalogue(a_model(aliases=["small"]), own=(a_model("m", "mine"),))

    verdict = find_model(catalogue, "nobody")

    assert isinstance(verdict, Verdict)
    assert verdict.reason is AcceptedReason.MODEL_NOT_FOUND
    assert verdict.message == (
        "no TrainedModel has the model_id or alias nobody; there are, in a: mine; "
        "in allot-system: .multilingual-e5-small, small"
    )


def test_a_long_list_is_cut() -> None:
    models = tuple(a_model(f"m{n}", f"m{n:03}") for n in range(60))

    verdict = find_model(a_catalogue(*models), "nobody")

    assert isinstance(verdict, Verdict)
    assert "m039, and 20 more" in verdict.message


def test_a_model_that_is_not_accepted_is_not_used() -> None:
    broken = a_model(MODEL_ID.strip("."), source={"uri": "ftp://x"})

    verdict = find_model(a_catalogue(broken), broken.model_id)

    assert isinstance(verdict, Verdict)
    assert verdict.reason is AcceptedReason.MODEL_NOT_ACCEPTED


def test_a_model_has_its_id_against_whatever_was_made_after_it() -> None:
    catalogue = a_catalogue(a_model(aliases=["small"]))
    before, after = a_subject(created="2026-01-01"), a_subject(created="2026-12-01")

    assert find_older_model(catalogue, MODEL_ID, before) is None
    assert find_older_model(catalogue, "small", after) is None
    found = find_older_model(catalogue, MODEL_ID, after)
    assert found is not None
    assert found.model_id == MODEL_ID
