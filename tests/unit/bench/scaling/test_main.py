from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.errors import BrokenRun
from bench.scaling.__main__ import build_parser, build_setup, choose_policies, main
from bench.scaling.policies.catalog import list_policies


def test_all_stands_for_every_policy_and_a_sweep_adds_ours() -> None:
    given = build_parser().parse_args(["--sweep", "0.5,0.9"])

    assert choose_policies(given) == [*list_policies(), "work@0.5", "work@0.9"]


@pytest.mark.parametrize(
    ("argv", "complaint"),
    [
        (["--policies", "best"], "--policies best: write one of all, work, elasticsearch"),
        (["--policies", "work@much"], "--policies work@much"),
        (["--sweep", "-1"], "--sweep -1: write shares"),
    ],
)
def test_a_wrong_name_is_answered_with_what_to_write(argv: list[str], complaint: str) -> None:
    with pytest.raises(BrokenRun, match=complaint):
        choose_policies(build_parser().parse_args(argv))


def test_options_are_the_setup() -> None:
    argv = ["--pass-seconds", "0.1", "--start-seconds", "20", "--queue-capacity", "7", "--one-line"]

    setup = build_setup(build_parser().parse_args(argv), 3)

    assert setup.service.cost.pass_seconds == 0.1
    assert setup.service.queue_capacity == 7
    assert setup.service.is_shared
    assert setup.starts.median_seconds == 20
    assert setup.seed == 3


def test_a_file_is_simulated_from_end_to_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, figures = tmp_path / "mine.csv", tmp_path / "figures.json"
    lines = [f"{second / 4},100" for second in range(240)]
    file.write_text("\n".join(["seconds,tokens", *lines]))

    argv = ["--trace", str(file), "--policies", "work,kubeai", "--seeds", "2", "--jobs", "1"]
    main([*argv, "--json", str(figures)])

    document = json.loads(figures.read_text())
    assert list(document["policies"]) == ["work", "kubeai"]
    assert document["policies"]["work"]["late"] == 0
    assert document["settings"]["seeds"] == 2
    assert "mine\twork\t" in capsys.readouterr().out
