from __future__ import annotations

import json

import pytest

from allot_api.terms import ModelState
from allot_operator.facts.reports import NotKnown, Report, parse_report
from tests.unit.allot_operator.builders import a_report


def test_reads_a_whole_answer() -> None:
    answer = {
        "boot_id": "b",
        "model": {
            "state": "fetching",
            "bytes_done": 43,
            "bytes_total": 100,
            "source": "hf://x",
            "seconds_left": 5.5,
            "size_bytes": 100,
        },
        "threads": {"num_threads": 2, "quota": 1.5},
        "work": {"tokens_done": 7, "busy_seconds": 0.5},
        "inference": {"anything": 1},
    }

    report = parse_report(json.dumps(answer).encode())

    assert isinstance(report, Report)
    assert (report.state, report.percent, report.quota) == (ModelState.FETCHING, 43, 1.5)
    assert (report.seconds_left, report.size_bytes) == (5.5, 100)
    assert (report.work.tokens_done, report.work.tokens_waiting) == (7, 0)


@pytest.mark.parametrize("body", [b"", b"not json", b"{}", b'{"model": {"state": "dreaming"}}'])
def test_what_is_not_understood_is_not_known(body: bytes) -> None:
    assert isinstance(parse_report(body), NotKnown)


@pytest.mark.parametrize(("done", "total", "percent"), [(0, None, None), (0, 0, None), (9, 8, 100)])
def test_percent_is_known_only_with_the_size(done: int, total: int | None, percent: int) -> None:
    assert a_report(bytes_done=done, bytes_total=total).percent == percent
