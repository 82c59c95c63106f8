from __future__ import annotations

import json

import pytest

from allot_api.terms import ModelState
from allot_operator.facts.reports import NotKnown, Report, Work, parse_report
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
        "start": {"import_seconds": 1.5, "fetch_seconds": 2.0},
        "batch": {"tokens": 512, "inputs": 256},
        "inference": {
            "anything": 1,
            "number_of_pending_requests": 5,
            "error_count": 1,
            "timeout_count": 2,
            "rejected_execution_count": 4,
        },
    }

    report = parse_report(json.dumps(answer).encode())

    assert isinstance(report, Report)
    assert (report.state, report.percent, report.quota) == (ModelState.FETCHING, 43, 1.5)
    assert (report.seconds_left, report.size_bytes) == (5.5, 100)
    assert report.work == Work(
        0, 0, 0, 0, 7, 0, 0.5,
        inputs_pending=5, inputs_failed=7, inputs_rejected=4, inputs_timed_out=2,
    )  # fmt: skip
    assert (report.pass_tokens, report.start_seconds) == (512, None)


def test_a_start_is_known_once_it_is_over() -> None:
    answer = {
        "model": {"state": "ready"},
        "start": {"import_seconds": 1.5, "fetch_seconds": 2.0, "phases": 2},
    }

    report = parse_report(json.dumps(answer).encode())

    assert isinstance(report, Report)
    assert report.start_seconds == 3.5


def test_what_an_older_runtime_leaves_out_is_usual() -> None:
    report = parse_report(b'{"model": {"state": "ready"}}')

    assert isinstance(report, Report)
    assert (report.pass_tokens, report.start_seconds) == (384, None)
    assert (report.work.inputs_pending, report.work.inputs_failed) == (0, 0)


@pytest.mark.parametrize("body", [b"", b"not json", b"{}", b'{"model": {"state": "dreaming"}}'])
def test_what_is_not_understood_is_not_known(body: bytes) -> None:
    assert isinstance(parse_report(body), NotKnown)


@pytest.mark.parametrize(("done", "total", "percent"), [(0, None, None), (0, 0, None), (9, 8, 100)])
def test_percent_is_known_only_with_the_size(done: int, total: int | None, percent: int) -> None:
    assert a_report(bytes_done=done, bytes_total=total).percent == percent
