from __future__ import annotations

from dataclasses import replace

import pytest

from allot_api.crd.kinds import INFERENCE_ENDPOINT, KINDS, Kind
from allot_api.crd.schema import build_schema
from allot_api.documentation.accepted_rows import build_accepted_rows
from allot_api.documentation.deviations import DEVIATIONS
from allot_api.documentation.row import Place
from allot_api.documentation.rules_page import build_rows, build_rules_page
from allot_api.documentation.schema_rows import build_schema_rows


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_no_rule_is_left_out_because_its_field_is_unknown(kind: Kind) -> None:
    rows = build_rows(kind)
    by_place = {place: [row for row in rows if row.place is place] for place in Place}

    assert by_place[Place.SCHEMA] == list(build_schema_rows(build_schema(kind.spec)))
    assert len(by_place[Place.CEL]) == len(kind.rules)
    assert sorted(by_place[Place.ACCEPTED], key=str) == sorted(
        build_accepted_rows(kind.kind), key=str
    )


def test_a_rule_about_a_part_of_a_field_stands_with_the_field() -> None:
    (rule,) = (one for one in INFERENCE_ENDPOINT.rules if one.name == "overlap_missing")
    kind = replace(INFERENCE_ENDPOINT, rules=(replace(rule, path="service_settings.other.deep"),))

    rows = build_rows(kind)

    (place,) = (index for index, row in enumerate(rows) if row.place is Place.CEL)
    assert rows[place - 1].field == "service_settings"


def test_the_page_has_every_kind_and_every_difference() -> None:
    page = build_rules_page()

    for kind in KINDS:
        assert f"\n## {kind.kind}\n" in page
    for one in DEVIATIONS:
        assert f"| {one.about} | {one.elasticsearch} | {one.allot} |" in page
    assert page.endswith("|\n")
