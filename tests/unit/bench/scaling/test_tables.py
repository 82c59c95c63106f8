from __future__ import annotations

import io
import json
import math
from pathlib import Path

from bench.scaling.bars import Bar
from bench.scaling.publishing import publish
from bench.scaling.results import Results
from bench.scaling.tables import HEADS, align, separate, to_rows, to_text
from tests.unit.bench.scaling.builders import an_outcome

SETTINGS = {
    "pass_seconds": 0.003,
    "token_seconds": 0.00025,
    "pass_tokens": 384,
    "tokens_per_second": 3879,
    "start_seconds": 10,
}


def some_results() -> Results:
    results = Results(left_out={"real-hour": "not there"})
    for policy in ("work", "hpa-cpu"):
        results.add("step", policy, an_outcome())
    return results


def test_a_row_for_each_policy_and_what_is_left_out_comes_last() -> None:
    rows = to_rows(some_results())

    assert [row[:2] for row in rows] == [["step", "work"], ["step", "hpa-cpu"], ["real-hour", ""]]
    assert rows[2][2] == "not measured: not there"
    assert {len(row) for row in rows} == {len(HEADS)}


def test_figures_have_the_digits_that_count() -> None:
    assert [to_text(value) for value in (None, math.inf, 12345.6, 1.234, 0.0123, 7.0)] == [
        "-",
        "never",
        "12,346",
        "1.23",
        "0.012",
        "7",
    ]


def test_people_see_a_trace_once_and_scripts_each_time() -> None:
    rows = to_rows(some_results())

    assert align(rows, HEADS).count("step") == 1
    assert separate(rows, HEADS).count("step\t") == 2


def test_everything_is_written(tmp_path: Path) -> None:
    out, file = io.StringIO(), tmp_path / "some.json"
    bars = [Bar("some bar", "step", "hpa-cpu", "1 against 2", "reached")]

    publish(some_results(), bars, SETTINGS, file, out)

    assert "some bar\tstep\thpa-cpu\t1 against 2\treached" in out.getvalue()
    assert "token_seconds 0.00025" in out.getvalue()
    document = json.loads(file.read_text())
    assert document["bars"][0]["verdict"] == "reached"
    assert document["settings"] == SETTINGS
