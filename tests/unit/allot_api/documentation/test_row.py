from __future__ import annotations

from allot_api.documentation.row import Place, Row, code, render_table


def test_a_row_shows_every_message_and_keeps_the_table_whole() -> None:
    row = Row("a.b", "of the pattern x|y", Place.CEL, ("one", "x|y"))

    assert render_table([row]).splitlines()[2] == (
        r"| `spec.a.b` | of the pattern x\|y | CEL rule | `one`<br>`x\|y` |"
    )


def test_the_whole_spec_has_no_dot() -> None:
    assert "| `spec` |" in render_table([Row("", "InvalidSpec", Place.ACCEPTED, ("why",))])


def test_code_may_hold_backticks() -> None:
    assert code("a") == "`a`"
    assert code("a `b`") == "`` a `b` ``"
