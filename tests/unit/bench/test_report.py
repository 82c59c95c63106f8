from __future__ import annotations

import json

from bench.report import COLUMNS, Report, to_json, to_lines, to_table

REPORT = Report(
    benchmark="runtime",
    ours="allot",
    settings={"clients": 32},
    environment={"cpu": "a processor", "command": "python -m bench.runtime"},
    rounds=[
        {
            "allot": {"requests_per_second": 200.0, "p50_latency": 5.0, "generator_cores": 0.1},
            "naive": {"requests_per_second": 50.0, "p50_latency": 20.0, "generator_cores": 0.1},
        },
        {
            "allot": {"requests_per_second": 300.0, "p50_latency": 5.0, "generator_cores": 0.1},
            "naive": {"requests_per_second": 50.0, "p50_latency": 30.0, "generator_cores": 0.1},
        },
    ],
    left_out={"tei": "no binary"},
    checks={"allot": 1.0},
)


def test_the_document_has_ratios_of_ours_against_each_other_engine() -> None:
    document = json.loads(to_json(REPORT))

    assert document["ratios"] == [
        {
            "against": "naive",
            "metric": "requests_per_second",
            "median": 5.0,
            "low": 4.0,
            "high": 6.0,
        },
        {"against": "naive", "metric": "p50_latency", "median": 5.0, "low": 4.0, "high": 6.0},
    ]


def test_the_document_says_what_the_figures_depend_on() -> None:
    document = json.loads(to_json(REPORT))

    assert document["environment"]["cpu"] == "a processor"
    assert document["settings"] == {"clients": 32}
    assert document["left_out"] == {"tei": "no binary"}
    assert document["smallest_cosines"] == {"allot": 1.0}
    assert document["rounds"] == REPORT.rounds


def test_an_engine_that_was_not_measured_says_so_and_has_no_ratio() -> None:
    last = to_lines(REPORT).splitlines()[-1].split("\t")

    assert last[:2] == ["tei", "not measured: no binary"]
    assert not any(last[2:])
    assert "tei" not in {ratio.against for ratio in REPORT.list_ratios()}


def test_lines_for_scripts_have_as_many_fields_as_their_head() -> None:
    lines = [line.split("\t") for line in to_lines(REPORT).splitlines()]

    assert lines[0] == list(COLUMNS)
    assert {len(line) for line in lines} == {len(COLUMNS)}
    assert ["naive", "requests_per_second", "50", "50", "50", "5", "4", "6"] in lines


def test_the_table_for_people_names_an_engine_once() -> None:
    table = to_table(REPORT)

    assert [line.split()[0] for line in table.splitlines() if "requests_per" in line] == [
        "allot",
        "naive",
    ]
    assert "not measured: no binary" in table
    assert table.count("naive") == 1
