from __future__ import annotations

import pytest

from allot_api.terms import ModelState
from allot_operator.judging.download_words import (
    describe_download,
    describe_duration,
    describe_percent,
)
from tests.unit.allot_operator.builders import a_report


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "5 s"),
        (4, "5 s"),
        (42, "40 s"),
        (119, "120 s"),
        (200, "3 min"),
        (7199, "120 min"),
        (10_000, "3 h"),
    ],
)
def test_a_time_is_told_as_roughly_as_it_is_known(seconds: float, words: str) -> None:
    assert describe_duration(seconds) == words


@pytest.mark.parametrize(
    ("total", "left", "words"),
    [
        (None, None, ""),
        (1_204_000_000, None, "312 of 1204 MB"),
        (1_204_000_000, 39.0, "312 of 1204 MB, about 40 s left"),
    ],
)
def test_a_download_in_words(total: int | None, left: float | None, words: str) -> None:
    report = a_report(
        ModelState.FETCHING, bytes_done=312_400_000, bytes_total=total, seconds_left=left
    )

    assert describe_download(report) == words


def test_the_farthest_pod_gives_the_percent() -> None:
    reports = [
        a_report(bytes_done=1, bytes_total=100),
        a_report(bytes_done=43, bytes_total=100),
        a_report(),
    ]

    assert describe_percent(reports) == "Downloading 43%"
    assert describe_percent([a_report()]) == "Downloading"
