from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from bench import fairness, library, memory, options, runtime, sparse, startup
from bench.errors import BrokenRun
from bench.publishing import check_targets
from bench.workloads import Traffic

PARSERS: list[Callable[[Sequence[str]], Any]] = [
    fairness.parse,
    library.parse,
    memory.parse,
    runtime.parse,
    sparse.parse,
    startup.parse,
]


@pytest.mark.parametrize("parse", PARSERS)
def test_every_measurement_runs_without_options(parse: Callable[[Sequence[str]], Any]) -> None:
    given = parse([])

    assert given.rounds >= 5
    assert given.threads >= 1
    assert given.json is None


@pytest.mark.parametrize("parse", PARSERS)
def test_every_measurement_explains_itself(
    parse: Callable[[Sequence[str]], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        parse(["--help"])

    assert end.value.code == 0
    assert "--rounds" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["--clients", "0"], '"0": write a whole number from 1'),
        (["--rounds", "few"], '"few": write a whole number from 1'),
        (["--seconds", "nan"], '"nan": write a number from 0.1'),
        (["--against", ","], "write one name or more"),
        (["--workload", "poems"], "poems"),
    ],
)
def test_a_wrong_option_says_what_to_write(
    argv: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        runtime.parse(argv)

    assert words in capsys.readouterr().err


def test_the_command_of_the_manual_is_understood() -> None:
    words = "--workload queries --clients 8 --threads 1 --against naive,tei --rounds 3 --seconds 2"

    given = runtime.parse([*words.split(), "--json", "a.json", "--plot", "a.png"])

    assert given.workload is Traffic.QUERIES
    assert (given.clients, given.threads, given.rounds, given.seconds) == (8, 1, 3, 2.0)
    assert given.against == ["naive", "tei"]
    assert (given.json, given.plot) == (Path("a.json"), Path("a.png"))


def test_names_stand_with_commas_between() -> None:
    assert options.names(" naive, tei,") == ["naive", "tei"]


@pytest.mark.parametrize("argv", [["--plot", "a.txt"], ["--json", "no/such/folder/a.json"]])
def test_a_file_that_cannot_be_written_is_told_before_measuring(argv: list[str]) -> None:
    with pytest.raises(BrokenRun, match=argv[0]):
        check_targets(runtime.parse(argv))
