from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.errors import BrokenRun
from bench.scaling.recorded import Replay, parse_record, play, read_file


def test_reads_timestamps_and_puts_them_in_order() -> None:
    lines = [
        "TIMESTAMP,ContextTokens,GeneratedTokens\n",
        "2023-11-16 18:17:04.9799600,20,10\n",
        "2023-11-16 18:17:03.9799600,4808,10\n",
    ]

    record = parse_record(lines, "some.csv")

    assert record.times.tolist() == [0.0, 1.0]
    assert record.tokens.tolist() == [4808, 20]


@pytest.mark.parametrize("head", ["seconds,tokens", "Time,Input Tokens", "arrival,prompt_tokens"])
def test_reads_seconds_by_several_names(head: str) -> None:
    record = parse_record([head, "10.5,7", "12,9"], "some.csv")

    assert record.times.tolist() == [0.0, 1.5]
    assert record.tokens.tolist() == [7, 9]


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        (["when,tokens", "1,2"], "no column of seconds or timestamps .*columns are when, tokens"),
        (["time,size", "1,2"], "no column of input tokens .*columns are time, size"),
        ([], "no column of seconds or timestamps .*columns are none"),
        (["time,tokens"], "no line below"),
        (["time,tokens", "noon,2"], 'line 2, time: "noon" is neither'),
        (["time,tokens", "1,2", "2,few"], 'line 3, tokens: "few" is no number'),
        (["time,tokens", "1,0"], 'line 2, tokens: "0" is no number'),
        (["time,tokens", "1"], 'line 2, tokens: "None" is no number'),
    ],
)
def test_says_what_is_wrong_with_a_file(lines: list[str], complaint: str) -> None:
    with pytest.raises(BrokenRun, match=complaint):
        parse_record(lines, "some.csv")


def test_says_that_a_file_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(BrokenRun, match=r"none\.csv cannot be read: No such file"):
        read_file(tmp_path / "none.csv")


def test_plays_faster_again_and_cut() -> None:
    record = parse_record(["time,tokens", "0,100", "50,2000"], "some.csv")

    load = play(record, "some", Replay(faster=10.0, times=2), 100.0)

    assert load.seconds == 20.0
    assert load.times.tolist() == [0.0, 5.0, 10.0, 15.0]
    assert load.tokens.tolist() == [100, 512, 100, 512]


def test_plays_split() -> None:
    record = parse_record(["time,tokens", "0,1000"], "some.csv")

    assert play(record, "some", Replay(is_split=True), 10.0).tokens.tolist() == [512, 488]


def test_an_even_recording_has_an_even_rate() -> None:
    lines = ["time,tokens", *(f"{second},100" for second in range(300))]

    load = play(parse_record(lines, "some.csv"), "some", Replay(), 300.0)

    assert load.intensity == pytest.approx(np.full(300, 100.0))
