from __future__ import annotations

from allot_api.crd.kinds import KINDS


def test_the_kinds_are_known_by_their_short_names() -> None:
    assert {kind.short_name: kind.plural for kind in KINDS} == {
        "ie": "inferenceendpoints",
        "mdep": "modeldeployments",
        "tm": "trainedmodels",
    }


def test_no_kind_names_two_rules_alike() -> None:
    for kind in KINDS:
        places = [(rule.name, rule.path) for rule in kind.rules]
        assert len(set(places)) == len(places)
