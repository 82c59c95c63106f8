from __future__ import annotations

from allot_api.documentation.accepted_rows import FIELDS, build_accepted_rows
from allot_api.reasons import AcceptedReason

NOT_A_REFUSAL = {AcceptedReason.ACCEPTED, AcceptedReason.NOT_YET_CHECKED}


def test_every_reason_of_a_refusal_stands_in_the_table_of_some_kind() -> None:
    listed = {reason for fields in FIELDS.values() for reason in fields}

    assert listed == set(AcceptedReason) - NOT_A_REFUSAL


def test_a_reason_has_a_row_for_each_field_that_it_may_mean() -> None:
    rows = [row for row in build_accepted_rows("TrainedModel") if row.rule == "IdTaken"]

    assert [row.field for row in rows] == ["model_id", "aliases"]
    assert {row.messages for row in rows} == {(AcceptedReason.ID_TAKEN.sentence,)}
